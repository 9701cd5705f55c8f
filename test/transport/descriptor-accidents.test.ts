/** What goes wrong with sockets that pass descriptors, and must cost no more than itself: a number used after it was closed is another file's. */

import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipe, socketpair } from "capwire/transport/descriptors";
import { connectTransport, descriptorTransport, type Listener, listenTransport } from "capwire/transport/node";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { Transport, TransportHandler } from "../../src/transport/index.js";
import { send } from "../../src/transport/node/descriptors/ancillary.js";
import { libc } from "../../src/transport/node/descriptors/libc.js";
import type { OwnedFd, ReceivedFds } from "../../src/wire/index.js";
import { eventually } from "./contract.js";
import { passesDescriptors } from "./passes-descriptors.js";
import { openDescriptors } from "./pipes.js";

const directory = mkdtempSync(join(tmpdir(), "capwire-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});
let sockets = 0;
const freePath = () => join(directory, `${++sockets}.sock`);

/** The empty message. */
const MESSAGE = new Uint8Array(new Uint32Array([0, 1, 0, 0]).buffer);
const EINVAL = 22;
const EMFILE = 24;

const handler = (parts: Partial<TransportHandler> = {}): TransportHandler => ({
  message: (_message, fds) => fds?.close(),
  batchEnd() {},
  drained() {},
  closed() {},
  ...parts,
});

describe.skipIf(!passesDescriptors)("a socket that passes descriptors", () => {
  // The first: there is no thread yet.
  it("that cannot be watched, for want of descriptors, leaves none open and stays the caller's", () => {
    const [left, right] = socketpair();
    const before = openDescriptors();
    vi.spyOn(libc(), "eventfd").mockReturnValueOnce(-1);
    vi.spyOn(libc(), "errno").mockReturnValueOnce(EMFILE);
    expect(() => descriptorTransport(left, { maxFdsPerMessage: 1 })).toThrow("cannot watch sockets: EMFILE");
    expect(openDescriptors()).toBe(before);
    for (const each of [left, right]) closeSync(each);
  });

  it("is not touched any more once it is closed, though its last words could not be sent", async () => {
    const shutdown = vi.spyOn(libc(), "shutdown");
    const close = vi.spyOn(libc(), "close");
    const [left, right] = socketpair();
    const transport = descriptorTransport(left, { maxFdsPerMessage: 1 });
    transport.start(handler());
    const released = new Promise<void>((resolve) => {
      transport.send([[new Uint8Array(8 * 1024 * 1024)]], resolve);
    });
    transport.close();
    closeSync(right);
    await released;
    await eventually(() => close.mock.calls.some(([fd]) => fd === left));
    expect(shutdown).not.toHaveBeenCalledWith(left, expect.anything());
    expect(close.mock.calls.filter(([fd]) => fd === left)).toHaveLength(1);
  });

  it("gives descriptors that are closed twice back once: their number may be another file's by then", async () => {
    const [left, right] = socketpair();
    const [reading, writing] = pipe();
    const transport = descriptorTransport(right, { maxFdsPerMessage: 1 });
    const received = new Promise<OwnedFd>((resolve) => {
      transport.start(handler({ message: (_message, fds) => resolve((fds as ReceivedFds).take(0) as OwnedFd) }));
    });
    send(left, [MESSAGE], 0, [writing]);
    const owned = await received;
    owned.close();
    const other = openSync("/dev/null", "r");
    expect(other).toBe(owned.fd);
    owned.close();
    expect(fstatSync(other).isCharacterDevice()).toBe(true);
    transport.close();
    for (const each of [left, reading, writing, other]) closeSync(each);
  });

  it("sends a message without its descriptors where the kernel refuses to pass them", async () => {
    const [left, right] = socketpair();
    const [sender, receiver] = [left, right].map((fd) => descriptorTransport(fd, { maxFdsPerMessage: 1 }));
    const received = new Promise<ReceivedFds | undefined>((resolve) => {
      receiver?.start(handler({ message: (_message, fds) => resolve(fds) }));
    });
    sender?.start(handler());
    vi.spyOn(libc(), "sendmsg").mockReturnValueOnce(-1);
    vi.spyOn(libc(), "errno").mockReturnValueOnce(EINVAL);
    const frame = [MESSAGE];
    sender?.send([frame], () => {}, new Map([[frame, { fds: [left] }]]));
    expect(await received).toBeUndefined();
    sender?.close();
    receiver?.close();
  });
});

describe.skipIf(!passesDescriptors)("a listener for sockets that pass descriptors", () => {
  it("closed by whoever is given its first peer touches its number no more, and has no error", async () => {
    const path = freePath();
    const errors: Error[] = [];
    const accepted: Transport[] = [];
    const listener: Listener = await listenTransport(
      { path, maxFdsPerMessage: 1 },
      (transport) => {
        accepted.push(transport);
        void listener.close();
      },
      { onError: (error) => errors.push(error) },
    );
    const client = await connectTransport({ path, maxFdsPerMessage: 1 });
    await eventually(() => accepted.length > 0);
    expect(errors).toEqual([]);
    for (const each of [client, ...accepted]) each.close();
  });

  it("says once that there are no descriptors to accept anybody, however long that lasts, and accepts afterwards", async () => {
    const path = freePath();
    const errors: string[] = [];
    const accepted: Transport[] = [];
    const listener = await listenTransport({ path, maxFdsPerMessage: 1 }, (transport) => accepted.push(transport), {
      onError: (error) => errors.push(error.message),
    });
    const accept4 = vi.spyOn(libc(), "accept4");
    const errno = vi.spyOn(libc(), "errno");
    for (let round = 0; round < 3; round++) {
      accept4.mockReturnValueOnce(-1);
      errno.mockReturnValueOnce(EMFILE);
    }
    const client = await connectTransport({ path, maxFdsPerMessage: 1 });
    await eventually(() => accepted.length > 0);
    expect(errors).toEqual([`unix:${path}: cannot accept: EMFILE`]);
    for (const each of [client, ...accepted]) each.close();
    await listener.close();
  });

  it("removes its file while nobody else can listen at the path, so that it is not that of the next one", async () => {
    const path = freePath();
    const listener = await listenTransport({ path, maxFdsPerMessage: 1 }, (transport) => transport.close());
    const { close } = libc();
    const removed: boolean[] = [];
    vi.spyOn(libc(), "close").mockImplementation((fd) => {
      removed.push(!existsSync(path));
      return close(fd);
    });
    await listener.close();
    expect(removed).toEqual([true]);
  });

  it("refuses a number of descriptors that cannot be, instead of every peer", async () => {
    for (const maxFdsPerMessage of [254, 1.5, -1]) {
      const address = { path: freePath(), maxFdsPerMessage };
      const message = `maxFdsPerMessage is ${maxFdsPerMessage}, which is not 0 to 253`;
      await expect(listenTransport(address, () => {})).rejects.toThrow(message);
      await expect(connectTransport(address)).rejects.toThrow(message);
      expect(existsSync(address.path)).toBe(false);
    }
  });
});
