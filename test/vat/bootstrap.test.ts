/** What a server may be given to serve: objects, capabilities, promises of them, and what is none of these. */

import { describe, expect, it } from "vitest";
import { memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/vat/index.js";
import { Deferred, settle } from "../cap/objects.js";
import { Thing } from "../schemas/facets.capnp.js";

class Named implements Thing.Server {
  disposed = 0;

  passThrough(): Thing.PassThroughResults.Init {
    return { text: "served" };
  }

  intercept(): Thing.InterceptResults.Init {
    return {};
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

/** A client of `server`; both end with `close`. */
function connect(server: TwoPartyServer<Thing.Client, Thing.Server>) {
  const { left, right } = memoryTransportPair();
  server.accept(right);
  const vat = new TwoPartyClient(left);
  const thing = vat.bootstrap(Thing);
  return {
    vat,
    thing,
    text: async () => (await thing.passThrough()).text,
    async close() {
      vat.close();
      await server.close();
      await settle();
    },
  };
}

const errors: string[] = [];
const options = { onError: (error: Error) => void errors.push(error.message) };

describe("a server may be given", () => {
  it("a promise of its object: calls wait for it, and it is disposed when the server has closed", async () => {
    const object = new Named();
    const later = new Deferred<Named>();
    const { text, close } = connect(new TwoPartyServer(Thing, later.promise));
    const waiting = text();
    await settle();
    later.resolve(object);
    expect(await waiting).toBe("served");
    await close();
    expect(object.disposed).toBe(1);
  });

  it("an async function, whose object is disposed with the connection, even if it comes too late", async () => {
    const object = new Named();
    const prompt = connect(new TwoPartyServer(Thing, async () => object));
    expect(await prompt.text()).toBe("served");
    prompt.vat.close();
    await settle();
    expect(object.disposed).toBe(1);
    await prompt.close();

    const tooLate = new Named();
    const later = new Deferred<Named>();
    const slow = connect(new TwoPartyServer(Thing, () => later.promise));
    const waiting = expect(slow.text()).rejects.toMatchObject({ kind: "disconnected" });
    await slow.close();
    await waiting;
    later.resolve(tooLate);
    await settle();
    expect(slow.vat.isClosed).toBe(true);
    // Nobody ever held it.
    expect(tooLate.disposed).toBe(1);
  });

  it("an async function that makes a capability, which the connection takes", async () => {
    const object = new Named();
    const { text, close } = connect(new TwoPartyServer(async () => Thing.serve(object)));
    expect(await text()).toBe("served");
    await close();
    expect(object.disposed).toBe(1);
  });

  it("an async function that rejects: that fails the connection's calls, and only `onError` hears of it besides", async () => {
    const reject = async (): Promise<Named> => {
      throw new Error("no database");
    };
    const { text, close } = connect(new TwoPartyServer(Thing, reject, options));
    await expect(text()).rejects.toMatchObject({ kind: "failed", reason: "no database" });
    expect(errors.splice(0)).toEqual(["no database"]);
    await close();
  });

  it("nothing that is no object: it says so instead of ending the process later", async () => {
    const nothing = undefined as unknown as Named;
    expect(() => new TwoPartyServer(Thing, nothing)).toThrow("of type Thing cannot be made from undefined");
    expect(() => Thing.serve(null as unknown as Named)).toThrow("of type Thing cannot be made from null");
    const made = connect(new TwoPartyServer(Thing, async () => nothing, options));
    await expect(made.text()).rejects.toThrow("of type Thing cannot be made from undefined");
    await made.close();
    const client = connect(new TwoPartyServer(async () => 42 as unknown as Thing.Client, options));
    await expect(client.text()).rejects.toThrow("must make a client, or a promise of one, not a number");
    await client.close();
    expect(errors.splice(0)).toHaveLength(2);
  });
});

it("a client may offer a promise as its own bootstrap capability", async () => {
  const { left, right } = memoryTransportPair();
  using _offering = new TwoPartyClient(left, { bootstrap: Thing.from(Promise.resolve(new Named())) });
  using asking = new TwoPartyClient(right);
  using thing = asking.bootstrap(Thing);
  expect((await thing.passThrough()).text).toBe("served");
});
