/** What a membrane asks its policy: about calls that cross it, and about capabilities that do. */

import { UsageError } from "../errors.js";
import { Client } from "./client.js";
import type { CapabilityHook } from "./hook.js";
import { type AnyInterfaceType, CapabilityClient } from "./interface-type.js";
import { isThenable, whatIs } from "./promised.js";

/** A call about to cross a membrane. */
export interface MembraneCall {
  readonly interfaceId: bigint;
  readonly methodId: number;
  /** The object called, as those on its own side see it. Borrowed while the policy decides; `dup` it to keep it. */
  readonly target: CapabilityClient;
  /** The name of the method if it is one of `type`, inherited ones included; null if it is not. */
  methodOf(type: AnyInterfaceType): string | null;
}

/**
 * What a membrane does with calls. A function returns nothing to let the call pass, throws to fail it, or returns a Client
 * (which stays the policy's) that gets the call instead; that one lives on the caller's side, its params are not wrapped. The functions are
 * asked in the middle of a transition: they decide at once, they do not call. One that returns anything else, a promise for instance, has failed, and
 * so has the call.
 */
export interface MembranePolicy {
  /** Somebody outside calls an object inside. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is of this type
  inboundCall?(call: MembraneCall): Client | null | undefined | void;
  /** Somebody inside calls an object outside. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is of this type
  outboundCall?(call: MembraneCall): Client | null | undefined | void;
  /**
   * A capability of the outside, not known inside by now, is about to cross. Returns nothing to have it wrapped, or the Client (which stays the
   * policy's) that those inside get instead, as it is: an object of the inside, or null for the null capability. Throws to
   * break it. `external` is borrowed.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is of this type
  importExternal?(external: CapabilityClient): Client | null | undefined | void;
  /** Likewise a capability of the inside, for those outside. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is of this type
  exportInternal?(internal: CapabilityClient): Client | null | undefined | void;
  /** Calls on a promise that the policy redirects or refuses wait until the promise has resolved, and are judged again then: it may turn out to be on the caller's own side. */
  readonly resolveBeforeRedirecting?: boolean;
  /** File descriptors attached to capabilities cross, too; unless given they do not, for what came through one cannot be revoked. */
  readonly allowFdPassthrough?: boolean;
  /** Revokes the membrane when it rejects. */
  readonly onRevoked?: PromiseLike<unknown>;
}

class CrossingCall implements MembraneCall {
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly #hook: CapabilityHook;
  #target: CapabilityClient | null = null;

  /** Borrows `hook`. */
  constructor(hook: CapabilityHook, interfaceId: bigint, methodId: number) {
    this.#hook = hook;
    this.interfaceId = interfaceId;
    this.methodId = methodId;
  }

  get target(): CapabilityClient {
    this.#target ??= new CapabilityClient(this.#hook.addRef());
    return this.#target;
  }

  methodOf(type: AnyInterfaceType): string | null {
    return type.methods.get(this.interfaceId)?.[this.methodId]?.name ?? null;
  }

  /** The decision is made. */
  end(): void {
    this.#target?.$expire("only lent to the policy while it decided; dup() makes a reference that lives longer");
  }
}

/** What a function of a policy returned. Throws UsageError if that is no decision: what is not understood must not pass. */
function decision(result: unknown): Client | null | undefined {
  if (result === null || result === undefined || result instanceof Client) return result;
  // Its failure has no other taker.
  if (isThenable(result)) Promise.resolve(result).catch(() => {});
  throw new UsageError("no-decision", `a membrane's policy must return a client or nothing, not ${whatIs(result)}`);
}

/** What `judge` makes of a call on `hook` (borrowed): the Client that gets it instead, null to let it pass. Throws as `judge` does. */
export function judgeCall(
  judge: (call: MembraneCall) => ReturnType<NonNullable<MembranePolicy["inboundCall"]>>,
  hook: CapabilityHook,
  interfaceId: bigint,
  methodId: number,
): Client | null {
  const call = new CrossingCall(hook, interfaceId, methodId);
  try {
    return decision(judge(call)) ?? null;
  } finally {
    call.end();
  }
}

/** What `judge` makes of a capability (borrowed): the Client that crosses instead, null for the null capability, undefined to wrap it. Throws as `judge` does. */
export function judgeCapability(
  judge: (client: CapabilityClient) => ReturnType<NonNullable<MembranePolicy["importExternal"]>>,
  hook: CapabilityHook,
): Client | null | undefined {
  const client = new CapabilityClient(hook.addRef());
  try {
    return decision(judge(client));
  } finally {
    client.$expire("only lent to the policy while it decided; dup() makes a reference that lives longer");
  }
}
