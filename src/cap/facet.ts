/**
 * Facets: a capability given to somebody who is not to have all of it. A revocable one can be taken back; an attenuated one
 * has only some of the methods, or other implementations of them. Neither wraps the capabilities that calls pass or return: that is what
 * a membrane (membrane.ts) is for. A facet never resolves, so nobody gets around it, and is a capability of its own.
 */

import { UsageError } from "../errors.js";
import { BrokenHook } from "./broken.js";
import type { Client } from "./client.js";
import { forwardCall } from "./forward.js";
import { type CallContext, type CallHints, type CallRequest, CapabilityHook, type PipelineHook } from "./hook.js";
import type { ClientType, InterfaceType } from "./interface-type.js";
import { cutCalls, type RelayedCall, RelayRequest } from "./relay.js";
import { RpcError } from "./rpc-error.js";

/** A capability that can be taken back. */
export interface Revocable<C extends Client> {
  readonly client: C;
  /** Calls under way and all later ones fail with `reason`; the object behind is let go of. Idempotent. */
  revoke(reason?: string | RpcError): void;
  readonly isRevoked: boolean;
}

/**
 * `server`, an object of this process, as a capability that can be taken back. What the object gives away of itself, with `thisCap` or by
 * returning itself, is not taken back with it (C++'s RevocableServer is); a membrane around it sees to that.
 */
export function serveRevocable<C extends Client, S extends object>(type: InterfaceType<C, S>, server: S): Revocable<C> {
  using client = type.serve(server);
  return revocable(type, client);
}

/** `client`, which the caller keeps, as a capability that can be taken back. */
export function revocable<C extends Client>(type: ClientType<C>, client: C): Revocable<C> {
  const hook = new RevocableHook(client.$hook.addRef());
  return {
    client: type.client(hook),
    revoke: (reason = "the capability was revoked") =>
      hook.revoke(typeof reason === "string" ? RpcError.failed(reason) : reason),
    get isRevoked() {
      return hook.isRevoked;
    },
  };
}

class RevocableHook extends CapabilityHook {
  /** Owned. */
  #inner: CapabilityHook;
  readonly calls = new Set<RelayedCall>();
  #revokedBy: RpcError | null = null;
  #disposed = false;

  /** Takes `inner`. */
  constructor(inner: CapabilityHook) {
    super();
    this.#inner = inner;
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return new RelayRequest(this.#inner.newCall(interfaceId, methodId, hints), this);
  }

  call(context: CallContext): PipelineHook {
    return forwardCall(context, this);
  }

  refusal(): RpcError | null {
    return this.#revokedBy;
  }

  get isRevoked(): boolean {
    return this.#revokedBy !== null;
  }

  revoke(error: RpcError): void {
    if (this.#revokedBy) return;
    this.#revokedBy = error;
    cutCalls(this.calls, error);
    if (this.#disposed) return;
    this.#inner.release();
    this.#inner = new BrokenHook(error);
  }

  protected dispose(): void {
    this.#disposed = true;
    this.#inner.release();
  }
}

/**
 * `client`, which the caller keeps, with the methods that `allowed` says and no others: a name lets calls pass, an object's methods
 * answer them instead: `attenuate(File, file, ["read"], { size: () => ({ size: 0n }) })`. Methods that are not part of it fail with kind
 * `unimplemented`. Throws UsageError for the name of no method.
 */
export function attenuate<C extends Client, S extends object>(
  type: InterfaceType<C, S>,
  client: C,
  allowed: readonly (keyof S & string)[],
  instead: Partial<NoInfer<S>> = {},
): C {
  const names = methodNames(type);
  const unknown = allowed.find((name) => !names.has(name));
  if (unknown !== undefined) throw new UsageError("no-such-method", `${type.name} has no method "${unknown}" to allow`);
  const facet: Facet = { type, allowed: new Set<string>(allowed), answered: implemented(instead, names) };
  const inner = client.$hook.addRef();
  return type.client(new AttenuatedHook(facet, inner, facet.answered.size > 0 ? type.serve(instead as S) : null));
}

function methodNames(type: InterfaceType<Client, object>): Set<string> {
  const names = new Set<string>();
  for (const methods of type.methods.values()) {
    for (const method of methods) if (method) names.add(method.name);
  }
  return names;
}

/** Those of `names` that `server` has a method for, its own or its class's. */
function implemented(server: object, names: ReadonlySet<string>): Set<string> {
  const has = (name: string) => {
    const found = (server as Record<string, unknown>)[name];
    return typeof found === "function" && found !== (Object.prototype as Record<string, unknown>)[name];
  };
  return new Set([...names].filter(has));
}

/** What of a capability is given away. */
interface Facet {
  readonly type: InterfaceType<Client, object>;
  /** Methods that pass. */
  readonly allowed: ReadonlySet<string>;
  /** Methods that another object answers. */
  readonly answered: ReadonlySet<string>;
}

class AttenuatedHook extends CapabilityHook {
  readonly #facet: Facet;
  /** Owned. */
  readonly #inner: CapabilityHook;
  /** Owned: who answers the methods of `answered`. */
  readonly #instead: Client | null;

  /** Takes `inner` and `instead`. */
  constructor(facet: Facet, inner: CapabilityHook, instead: Client | null) {
    super();
    this.#facet = facet;
    this.#inner = inner;
    this.#instead = instead;
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return this.#target(interfaceId, methodId).newCall(interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    return this.#target(context.interfaceId, context.methodId).call(context);
  }

  /** Borrowed: who answers that method. Methods of other interfaces than the facet's are not in it. */
  #target(interfaceId: bigint, methodId: number): CapabilityHook {
    const { type, allowed, answered } = this.#facet;
    const method = type.methods.get(interfaceId)?.[methodId];
    if (method && this.#instead && answered.has(method.name)) return this.#instead.$hook;
    if (method && allowed.has(method.name)) return this.#inner;
    const what = method ? `${method}` : `method @${methodId} of interface @0x${interfaceId.toString(16)}`;
    return new BrokenHook(RpcError.unimplemented(`${what} is not part of this capability`));
  }

  protected dispose(): void {
    this.#inner.release();
    this.#instead?.[Symbol.dispose]();
  }
}
