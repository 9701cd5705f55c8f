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
}

/** A call's failure. A server throws one to choose its kind; a caller receives one with kind, reason and the peer's details. */
export class RpcError extends CapwireError {
  readonly kind: RpcErrorKind;
  readonly fromPeer: boolean;
  readonly remoteTrace: string | undefined;
  readonly details: readonly RpcErrorDetail[];

  constructor(kind: RpcErrorKind, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RpcError";
    this.kind = kind;
    this.fromPeer = options.fromPeer ?? false;
    this.remoteTrace = options.remoteTrace;
    this.details = options.details ?? [];
  }

  get code(): RpcErrorKind {
    return this.kind;
  }

  static failed(message: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("failed", message, options);
  }

  static overloaded(message: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("overloaded", message, options);
  }

  static disconnected(message: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("disconnected", message, options);
  }

  static unimplemented(message: string, options?: RpcErrorOptions): RpcError {
    return new RpcError("unimplemented", message, options);
  }

  /** Whatever was thrown, as an RpcError: itself if it is one, otherwise kind `failed` with the original as cause. */
  static from(thrown: unknown): RpcError {
    if (thrown instanceof RpcError) return thrown;
    if (thrown instanceof Error) return new RpcError("failed", thrown.message || thrown.name, { cause: thrown });
    return new RpcError("failed", String(thrown), { cause: thrown });
  }
}
