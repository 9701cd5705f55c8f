/** A service whose objects can be saved. Run as a program it serves two owners, each at a port of its own, from a folder. */

import { type Owner, Restorer, type SturdyRefStore } from "../../src/vat/index.js";
import { Counter, Vault } from "../schemas/facets.capnp.js";

type RestoreContext = Parameters<Vault.Server["restore"]>[1];

export class TestCounter implements Counter.Server {
  readonly #restorer: Restorer;
  readonly #name: string;
  #value: number;

  constructor(restorer: Restorer, name: string, value: number) {
    this.#restorer = restorer;
    this.#name = name;
    this.#value = value;
  }

  increment(): Counter.IncrementResults.Init {
    return { value: ++this.#value };
  }

  async save({ sealFor }: Parameters<Counter.Server["save"]>[0]): Promise<{ sturdyRef: Uint8Array }> {
    const state = { name: this.#name, value: this.#value };
    return { sturdyRef: await this.#restorer.save("counter", state, sealFor) };
  }
}

export function makeRestorer(store: SturdyRefStore): Restorer {
  const restorer: Restorer = new Restorer({
    store,
    kinds: {
      counter(state) {
        const { name, value } = state as { name: string; value: number };
        return Counter.serve(new TestCounter(restorer, name, value));
      },
    },
  });
  return restorer;
}

/** What one owner gets as bootstrap capability. */
export class TestVault implements Vault.Server {
  readonly #restorer: Restorer;
  readonly #owner: Owner;

  constructor(restorer: Restorer, owner: Owner) {
    this.#restorer = restorer;
    this.#owner = owner;
  }

  create({ name }: Vault.CreateParams): Vault.CreateResults.Init {
    return { counter: new TestCounter(this.#restorer, name, 0) };
  }

  async restore({ ref }: Vault.RestoreParams, { results }: RestoreContext): Promise<void> {
    using counter = await this.#restorer.restore(ref, this.#owner, Counter);
    results.counter = counter;
  }
}

export { Counter, Vault };
