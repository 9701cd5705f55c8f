/**
 * Saved references: capabilities that outlive connections and processes. A server object saves itself as what is needed to make
 * it again, and gets a sturdy reference to hand out (Persistent.save, persistent.capnp); whoever brings it back gets the object again. Which
 * interface offers restoring is the application's affair: usually its bootstrap capability, made for each peer so that it
 * knows who asks.
 *
 * A reference is sealed to an owner. The store's key is a hash of both: somebody else's copy of a reference is as good as
 * none, the two cannot be told apart, and whoever reads the store cannot make a reference from it.
 */

import { Client } from "../cap/client.js";
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

  /** Saves an object of `kind`. Returns the reference that `owner`, and nobody else, can restore it by. */
  async save(kind: string, state: unknown, owner: Owner): Promise<Uint8Array> {
    if (!this.#kinds.has(kind))
      throw new UsageError("unknown-kind", `nothing here can restore an object of kind ${kind}`);
    const reference = platform.crypto.getRandomValues(new Uint8Array(REFERENCE_BYTES));
    await this.#store.store(await storeKey(reference, owner), { kind, state });
    return reference;
  }

  /** The object that `reference` was saved for, if it was saved for `owner`. Throws RpcError `failed`, in the same words for each way not to be. */
  async restore(reference: Uint8Array, owner: Owner): Promise<Client> {
    const saved = await this.#store.load(await storeKey(reference, owner));
    if (!saved) throw RpcError.failed("no such reference");
    const make = this.#kinds.get(saved.kind);
    if (!make)
      throw RpcError.failed(`the reference is to an object of kind ${saved.kind}, which this vat no longer has`);
    const client = await make(saved.state, owner);
    if (!(client instanceof Client)) throw new UsageError("no-client", `restoring ${saved.kind} did not give a Client`);
    return client;
  }

  /** Makes `reference` worthless. */
  async forget(reference: Uint8Array, owner: Owner): Promise<void> {
    await this.#store.remove(await storeKey(reference, owner));
  }
}

/** SHA-256 of length and bytes of the reference, then those of the owner. */
async function storeKey(reference: Uint8Array, owner: Owner): Promise<string> {
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
