/** A Desk whose files are those of a kernel that counts them, and a client of it over a link in memory. */

import pDefer, { type DeferredPromise } from "p-defer";
import { getFd } from "../../src/cap/index.js";
import type { ConnectionLimits } from "../../src/rpc/index.js";
import { type MemoryTransportOptions, memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/vat/index.js";
import { Desk, type Holder } from "../schemas/file-descriptors.capnp.js";
import { FakeFile, type Kernel } from "./kernel.js";
import { settled } from "./pair.js";

/** What a Desk saw, and what it keeps. */
export class TestDesk implements Desk.Server {
  readonly #kernel: Kernel;
  readonly seen: (string | null)[] = [];
  readonly promises: DeferredPromise<FakeFile>[] = [];
  kept: Holder.Client | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async write({ first, second }: Desk.WriteParams): Promise<Desk.WriteResults.Init> {
    this.seen.push(this.#kernel.file(await getFd(first)), this.#kernel.file(await getFd(second)));
    return { third: new FakeFile(this.#kernel, "third"), secondPresent: (await getFd(second)) !== null };
  }

  reflect({ holder }: Desk.ReflectParams): Desk.ReflectResults.Init {
    this.kept?.[Symbol.dispose]();
    this.kept = holder.dup();
    return { holder };
  }

  later(): Desk.LaterResults.Init {
    const promise = pDefer<FakeFile>();
    this.promises.push(promise);
    return { holder: promise.promise };
  }

  many({ count }: Desk.ManyParams): Desk.ManyResults.Init {
    return { holders: Array.from({ length: count }, (_, index) => new FakeFile(this.#kernel, `of many ${index}`)) };
  }

  open(): Desk.OpenResults.Init {
    return { count: this.#kernel.openFiles.length };
  }

  async count({ holders }: Desk.CountParams): Promise<Desk.CountResults.Init> {
    return { present: await Promise.all([...holders].map(async (holder) => (await getFd(holder)) !== null)) };
  }
}

/** A client and a server, which has `limits`, on a link that carries up to `max` descriptors per message; none if that is null. */
export function linked(
  kernel: Kernel,
  options: {
    max?: number | null;
    desk?: Desk.Server;
    limits?: Partial<ConnectionLimits>;
  } & MemoryTransportOptions = {},
) {
  const { max = 2, desk = new TestDesk(kernel), limits = {}, ...rest } = options;
  const descriptors = max === null ? {} : { descriptors: { maxFdsPerMessage: max, dup: kernel.dup } };
  const pair = memoryTransportPair({ ...rest, ...descriptors });
  const server = new TwoPartyServer(Desk, desk, { limits });
  const session = server.accept(pair.right);
  const client = new TwoPartyClient(pair.left);
  const done = async () => {
    client.close();
    await client.disconnected;
    await server.close();
    await settled();
  };
  return { client, server, session, pair, desk: client.bootstrap(Desk), done };
}
