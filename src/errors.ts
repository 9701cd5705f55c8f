/**
 * The root of every error capwire throws. Each layer has its own class with a closed set of codes (WireError in wire/,
 * RpcError in cap/, ProtocolError in rpc/); what they share is that `code` is stable and the message is for people.
 */

/** Any error of capwire's own. */
export abstract class CapwireError extends Error {
  /** Stable machine-readable reason. */
  abstract readonly code: string;
}

/** The caller of capwire broke its contract: a bad argument, use after dispose, a value out of range. Never sent to a peer as a fault of the peer. */
export class UsageError extends CapwireError {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
    this.code = code;
  }
}
