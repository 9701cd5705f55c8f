/**
 * InterfaceType: an interface as a value, what generated code declares for each. It is the pointer type of the interface's
 * fields (reading gives a Client, setting takes a Client, a server object or a promise) and the table servers dispatch by.
 */

import { UsageError } from "../errors.js";
import { readCapabilityIndex, writeCapability } from "../wire/capability-pointer.js";
import type { PointerType } from "../wire/pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "../wire/segment.js";
import { nullCapability } from "./broken.js";
import { Client, type ClientClass } from "./client.js";
import { ClientTable } from "./client-table.js";
import { type CapabilityHook, NULL_BRAND } from "./hook.js";
import { type Dispatch, LocalHook } from "./local.js";
import type { AnyMethod } from "./method.js";
import { isThenable, promisedHook, whatIs } from "./promised.js";

/**
 * What may be given where a capability is expected. The giver keeps its own reference, also on a Client that a promise resolves with. A server
 * object becomes a capability: the same object, the same capability. A promise is usable at once; that it turned out to be null the protocol
 * cannot tell a peer that has it by then: calls fail as on null, but $isNull is false over there.
 */
export type CapabilityInit<C extends Client, S extends object> = C | S | PromiseLike<C | S | null> | null;

/** What the generator writes. */
export interface InterfaceSpec<C extends Client> {
  readonly id: bigint;
  readonly name: string;
  /** Interfaces it extends directly. */
  supers?(): readonly AnyInterfaceType[];
  /** Its own methods. */
  methods(): readonly unknown[];
  readonly Client: ClientClass<C>;
}

export type AnyInterfaceType = InterfaceType<Client, object>;

/**
 * An interface as far as its Clients go: what casts and the like ask for. Of an InterfaceType<C, object>, TypeScript infers no C when
 * the interface declares types of its own.
 */
export interface ClientType<out C extends Client> extends Dispatch {
  readonly id: bigint;
  readonly Client: ClientClass<C>;
  /** A Client for `hook`, which it takes. */
  client(hook: CapabilityHook): C;
}

export class InterfaceType<C extends Client, S extends object>
  implements PointerType<C, C, CapabilityInit<C, S>>, ClientType<C>
{
  readonly kind = "capability";
  readonly id: bigint;
  readonly name: string;
  readonly Client: ClientClass<C>;
  readonly #spec: InterfaceSpec<C>;
  #methods: ReadonlyMap<bigint, readonly (AnyMethod | undefined)[]> | null = null;

  constructor(spec: InterfaceSpec<C>) {
    this.id = spec.id;
    this.name = spec.name;
    this.Client = spec.Client;
    this.#spec = spec;
  }

  /** Methods by interface id and ordinal, those of inherited interfaces included. */
  get methods(): ReadonlyMap<bigint, readonly (AnyMethod | undefined)[]> {
    this.#methods ??= this.#collectMethods();
    return this.#methods;
  }

  /** A Client for `hook`, which it takes. The leak registry gives the reference back if nobody does. */
  client(hook: CapabilityHook): C {
    const client = new this.Client(hook);
    return hook === nullCapability() ? client : client.$track();
  }

  /**
   * A Client for `server`, an object of this process. Disposing the last reference runs `server[Symbol.dispose]()`; an object that is
   * served again afterwards is a new capability, at whose end it runs again. Throws UsageError for what is no object.
   */
  serve(server: S): C {
    if (!server || (typeof server !== "object" && typeof server !== "function")) this.#refuse(server);
    return this.client(LocalHook.of(server, this));
  }

  /**
   * A Client for whatever may be given where a capability is expected; of a promise, one that is usable at once: calls wait for what it
   * resolves with. `TwoPartyClient.connect({ port, bootstrap: Listener.from(promise) })`.
   */
  from(value: CapabilityInit<C, S>): C {
    return this.client(this.hook(value) ?? nullCapability());
  }

  /** Owned: the capability that `value` stands for; null for null. */
  hook(value: CapabilityInit<C, S> | undefined): CapabilityHook | null {
    if (value === null || value === undefined) return null;
    // A null capability is a null pointer, which needs no slot in the cap table, and where it is all there is, no Finish.
    if (value instanceof Client) return value.$hook.brand === NULL_BRAND ? null : value.$hook.addRef();
    if (typeof value !== "object" && typeof value !== "function") this.#refuse(value);
    if (isThenable(value)) {
      return promisedHook(value as PromiseLike<C | S | null>, (made) => this.hook(made) ?? nullCapability());
    }
    return LocalHook.of(value as S, this);
  }

  read(segment: ReaderSegment, at: number, _nesting: number): C {
    const index = readCapabilityIndex(segment, at);
    const table = segment.message.capTable;
    if (table instanceof ClientTable) return table.client(index, this);
    const hook = index < 0 ? null : (table?.capability(index) as CapabilityHook | null | undefined);
    return this.client(hook ? hook.addRef() : nullCapability());
  }

  zero(): C {
    return this.client(nullCapability());
  }

  get(segment: BuilderSegment, at: number): C {
    return this.read(segment.reader(), at, 0);
  }

  init(): never {
    throw new UsageError("init-of-capability", `a capability of type ${this.name} is set, not initialised`);
  }

  set(segment: BuilderSegment, at: number, value: CapabilityInit<C, S>): void {
    writeCapability(segment, at, this.hook(value));
  }

  #refuse(value: unknown): never {
    throw new UsageError("not-a-capability", `a capability of type ${this.name} cannot be made from ${whatIs(value)}`);
  }

  #collectMethods(): ReadonlyMap<bigint, readonly (AnyMethod | undefined)[]> {
    const found = new Map<bigint, AnyMethod[]>();
    const own: AnyMethod[] = [];
    for (const method of this.#spec.methods() as readonly AnyMethod[]) own[method.ordinal] = method;
    found.set(this.id, own);
    for (const inherited of this.#spec.supers?.() ?? []) {
      for (const [id, methods] of inherited.methods) found.set(id, [...methods] as AnyMethod[]);
    }
    return found;
  }
}

export function interfaceType<C extends Client, S extends object>(spec: InterfaceSpec<C>): InterfaceType<C, S> {
  return new InterfaceType<C, S>(spec);
}

/** A capability whose interface is not known: the schema's `Capability`. `castAs` says what it is. */
export class CapabilityClient extends Client {}

export const Capability: InterfaceType<CapabilityClient, object> = /*@__PURE__*/ new InterfaceType<
  CapabilityClient,
  object
>({
  id: 0n,
  name: "Capability",
  methods: () => [],
  Client: CapabilityClient,
});
