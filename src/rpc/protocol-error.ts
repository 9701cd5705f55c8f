/**
 * ProtocolError: the peer broke the protocol. A closed list of ways to do so (`Misbehaviour`); each one ends the
 * connection with an Abort naming it. What a peer may do wrong without ending the connection (a call on a finished
 * answer, an invalid receiverHosted) is not here: it makes a broken capability.
 */

import { CapwireError } from "../errors.js";

/** Every way a peer can break the protocol so badly that the connection cannot go on. */
export type Misbehaviour =
  | "malformed-message"
  | "duplicate-question"
  | "call-on-unknown-export"
  | "unsupported-send-results-to"
  | "unknown-message-target"
  | "unknown-pipeline-op"
  | "unknown-descriptor"
  | "return-for-unknown-question"
  | "duplicate-return"
  | "unknown-return"
  | "results-for-tail-call"
  | "unrequested-cancel"
  | "results-elsewhere-not-requested"
  | "take-from-unknown-answer"
  | "resolve-of-settled-import"
  | "resolve-of-non-promise"
  | "unknown-resolution"
  | "release-of-unknown-export"
  | "release-below-zero"
  | "unknown-disembargo"
  | "disembargo-not-looped"
  | "disembargo-of-unknown-embargo"
  | "required-message-unimplemented";

/** The peer broke the protocol; always ends in an Abort, sent once. */
export class ProtocolError extends CapwireError {
  readonly code: Misbehaviour;
  /** The message without whose fault it is. */
  readonly detail: string;

  constructor(code: Misbehaviour, message: string, options?: ErrorOptions) {
    super(`the peer broke the protocol: ${message}`, options);
    this.name = "ProtocolError";
    this.code = code;
    this.detail = message;
  }
}
