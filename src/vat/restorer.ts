/**
 * Saved references: capabilities that outlive connections and processes. A server object saves itself as what is needed to make
 * it again, and gets a sturdy reference to hand out (Persistent.save, persistent.capnp); whoever brings it back gets the object again. Which
 * interface offers restoring is the application's affair: usually its bootstrap capability, made for each peer so that it
 * knows who asks.
 *
 * A reference is sealed to an owner. The store's key is a hash of both: somebody else's copy of a reference is as good as
 * none, the two cannot be told apart, and whoever reads the store cannot make a reference from it.
 *
 *     interface Counter extends(Persistent(Data, Text)) { … }
 *
 *     const restorer = new Restorer({
 *       store: new FileStore("/var/lib/app/refs"),                        // capwire/node
 *       kinds: { counter: (state) => Counter.serve(new MyCounter(state as CounterState)) },
 *     });
 *     // in MyCounter:
 *     async save({ sealFor }) { return { sturdyRef: await restorer.save("counter", this.state, sealFor) }; }
 *     // in the object made for the peer that is known to be `owner`:
 *     async restore({ ref }, context) {
 *       using counter = await restorer.restore(ref, owner, Counter);
 *       context.results.counter = counter;
 *     }
 *
 * Each restoring makes an object; who wants one per reference keeps a table in the function of its kind. A reference is data: a
 * membrane lets it pass, and what is restored by it is outside of that membrane.
 */

import { Client } from "../cap/client.js";
import type { ClientType } from "../cap/interface-type.js";
import { whatIs } from "../cap/promised.js";
import { RpcError } from "../cap/rpc-error.js";
import { UsageError } from "../errors.js";

/** What is kept of a saved object. */
export interface SavedObject {
  /** Which of the restorer's functions makes it again. */
  readonly kind: string;
  /** What that function is given: anything that survives JSON. */
  readonly state: unknown;
}

/** Where saved objects are kept, under keys of 64 hexadecimal digits. */
export interface SturdyRefStore {
  load(key: string): Promise<SavedObject | null>;
  /** Resolves once it is safe: what was handed out must be there after a crash. */
  store(key: string, saved: SavedObject): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Saved objects of one process, for tests and for references that need not outlive it. */
export class MemoryStore implements SturdyRefStore {
  readonly #saved = new Map<string, string>();

  async load(key: string): Promise<SavedObject | null> {
    const text = this.#saved.get(key);
    return text === undefined ? null : (JSON.parse(text) as SavedObject);
  }

  async store(key: string, saved: SavedObject): Promise<void> {
    this.#saved.set(key, JSON.stringify(saved));
  }

  async remove(key: string): Promise<void> {
    this.#saved.delete(key);
  }

  get size(): number {
    return this.#saved.size;
  }
}

/** Who may restore a reference: a name or a public key, as the realm has it. */
export type Owner = string | Uint8Array;

/** Makes an object again from its state. The Client it returns becomes its caller's. */
export type RestoreFunction = (state: unknown, owner: Owner) => Client | PromiseLike<Client>;

export interface RestorerOptions {
  readonly store: SturdyRefStore;
  /** How objects are made again, by kind. */
  readonly kinds: Readonly<Record<string, RestoreFunction>>;
}

/** Bytes of a reference: enough that nobody guesses one. */
const REFERENCE_BYTES = 32;

export class Restorer {
  readonly #store: SturdyRefStore;
  readonly #kinds: ReadonlyMap<string, RestoreFunction>;

  constructor(options: RestorerOptions) {
    this.#store = options.store;
    this.#kinds = new Map(Object.entries(options.kinds));
  }

  /**
   * Saves an object of `kind`. Returns the reference that `owner`, and nobody else, can restore it by. Throws RpcError `failed` if the store
   * fails, whose error is the `cause`: what it says of files or hosts is not for the peer.
   */
  async save(kind: string, state: unknown, owner: Owner): Promise<Uint8Array> {
    if (!this.#kinds.has(kind))
      throw new UsageError("unknown-kind", `nothing here can restore an object of kind ${kind}`);
    const reference = platform.crypto.getRandomValues(new Uint8Array(REFERENCE_BYTES));
    const key = await storeKey(reference, owner);
    try {
      await this.#store.store(key, { kind, state });
    } catch (error) {
      throw RpcError.failed(`the object of kind ${kind} could not be saved`, { cause: error });
    }
    return reference;
  }

  /**
   * Owned: the object that `reference` was saved for, if it was saved for `owner`; with a `type`, as that. Throws RpcError `failed`, in the same words
   * for each way not to be; in others if the store fails, whose error is the `cause`.
   */
  restore(reference: Uint8Array, owner: Owner): Promise<Client>;
  restore<C extends Client>(reference: Uint8Array, owner: Owner, type: ClientType<C>): Promise<C>;
  async restore(reference: Uint8Array, owner: Owner, type?: ClientType<Client>): Promise<Client> {
    const saved = await this.#load(reference, owner);
    if (!saved) throw RpcError.failed("no such reference");
    const make = this.#kinds.get(saved.kind);
    if (!make)
      throw RpcError.failed(`the reference is to an object of kind ${saved.kind}, which this vat no longer has`);
    const client = await make(saved.state, owner);
    if (!(client instanceof Client)) throw new UsageError("no-client", `restoring ${saved.kind} did not give a Client`);
    if (!type) return client;
    using any = client;
    return any.castAs(type);
  }

  /** Makes `reference` worthless. One that `owner` could not restore stays what it is. Throws RpcError `failed` if the store fails, whose error is the `cause`. */
  async forget(reference: Uint8Array, owner: Owner): Promise<void> {
    const key = await storeKey(reference, owner);
    try {
      await this.#store.remove(key);
    } catch (error) {
      throw RpcError.failed("the reference could not be forgotten", { cause: error });
    }
  }

  /** What is kept for `reference`; null for nothing. */
  async #load(reference: Uint8Array, owner: Owner): Promise<SavedObject | null> {
    const key = await storeKey(reference, owner);
    // Whatever its length, a peer's bytes cost no more than their hash; only ours are worth a look into the store.
    if (reference.length !== REFERENCE_BYTES) return null;
    try {
      return await this.#store.load(key);
    } catch (error) {
      throw RpcError.failed("the reference could not be looked up", { cause: error });
    }
  }
}

/** SHA-256 of length and bytes of the reference, then those of the owner. */
async function storeKey(reference: Uint8Array, owner: Owner): Promise<string> {
  if (!(reference instanceof Uint8Array))
    throw new UsageError("bad-reference", `a reference is bytes (Data), not ${whatIs(reference)}`);
  if (typeof owner !== "string" && !(owner instanceof Uint8Array))
    throw new UsageError(
      "bad-owner",
      `an owner is a text or bytes, not ${whatIs(owner)}; say which: Persistent(Data, Text)`,
    );
  const name = typeof owner === "string" ? new TextEncoder().encode(owner) : owner;
  const bytes = new Uint8Array(8 + reference.length + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, reference.length);
  bytes.set(reference, 4);
  // A name and a key of the same bytes are two owners.
  view.setUint32(4 + reference.length, (name.length << 1) | (typeof owner === "string" ? 0 : 1));
  bytes.set(name, 8 + reference.length);
  const digest = new Uint8Array(await platform.crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Web Crypto, which Node ≥ 20 and browsers have. */
interface Platform {
  readonly crypto: {
    getRandomValues<A extends Uint8Array>(array: A): A;
    readonly subtle: { digest(algorithm: string, bytes: Uint8Array): Promise<ArrayBuffer> };
  };
}

const platform = globalThis as unknown as Platform;
