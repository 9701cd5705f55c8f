/**
 * RpcError: how a call fails. Carries the four kinds of rpc.capnp `Exception.Type` and nothing of a connection;
 * rpc/exception.ts turns it into the wire form and back.
 */

import { CapwireError } from "../errors.js";

/**
 * Why a call failed (rpc.capnp Exception.Type): `failed`, a bug or a permanent refusal; `overloaded`, try again later;
 * `disconnected`, try again over a new connection; `unimplemented`, the callee has no such method.
 */
export type RpcErrorKind = "failed" | "overloaded" | "disconnected" | "unimplemented";

/** Application-defined detail attached to an error (rpc.capnp Exception.Detail). */
export interface RpcErrorDetail {
  readonly id: bigint;
  readonly data: Uint8Array;
}

export interface RpcErrorOptions extends ErrorOptions {
  /** The error was received from the peer, not raised here. */
  readonly fromPeer?: boolean;
  /** The peer's stack trace, when it chose to send one. */
  readonly remoteTrace?: string;
  readonly details?: readonly RpcErrorDetail[];
  /** The call that failed: "Calculator.evaluate". Set for its caller only. */
  readonly method?: string;
  /** Whose answer it was: "127.0.0.1:4000". */
  readonly peer?: string;
}

/**
 * A call's failure. A server throws one to choose its kind; a caller receives one with kind, reason and the peer's details.
 * `message` names the call and the peer where they are known; `reason` is what was thrown, and what crosses the wire.
 */
export class RpcError extends CapwireError {
  readonly kind: RpcErrorKind;
  readonly reason: string;
  readonly method: string | undefined;
  readonly peer: string | undefined;
  readonly fromPeer: boolean;
  readonly remoteTrace: string | undefined;
  readonly details: readonly RpcErrorDetail[];

  constructor(kind: RpcErrorKind, reason: string, options: RpcErrorOptions = {}) {
    super(describe(reason, options), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RpcError";
    this.kind = kind;
    this.reason = reason;
    this.method = options.method;
    this.peer = options.peer;
    this.fromPeer = options.fromPeer ?? false;
    this.remoteTrace = options.remoteTrace;
    this.details = options.details ?? [];
  }

  get code(): RpcErrorKind {
    return this.kind;
  }

  /** For logs: message and fields, details with their data in hexadecimal. `cause` and stack stay out, as with any Error. */
  toJSON(): object {
    const { name, message, kind, reason, method, peer, fromPeer, remoteTrace } = this;
    const details = this.details.map(({ id, data }) => ({
      id: String(id),
      data: Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    }));
    return { name, message, kind, reason, method, peer, fromPeer, remoteTrace, details };
  }

  static failed(reason: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("failed", reason, options);
  }

  static overloaded(reason: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("overloaded", reason, options);
  }

  static disconnected(reason: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("disconnected", reason, options);
  }

  static unimplemented(reason: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("unimplemented", reason, options);
  }

  /** Whatever was thrown, as an RpcError: itself if it is one, otherwise kind `failed` with the original as cause. Never throws. */
  static from(thrown: unknown): RpcError {
    try {
      if (thrown instanceof RpcError) return thrown;
      return new RpcError("failed", reasonOf(thrown), { cause: thrown });
    } catch {
      // An object without a prototype, a Proxy or a getter that throws: nothing can be asked of it.
      return new RpcError("failed", `something of type ${typeof thrown} that has no text was thrown`, {
        cause: thrown,
      });
    }
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "")
    return thrown.errors.map(reasonOf).join("; ") || thrown.name;
  if (thrown instanceof Error) return String(thrown.message || thrown.name);
  return String(thrown);
}

function describe(reason: string, { method, peer }: RpcErrorOptions): string {
  const named = method === undefined ? reason : `${method}: ${reason}`;
  return peer === undefined ? named : `${named} (from ${peer})`;
}
