/** Descriptors of objects in this process, and what hides them. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attenuate, fileDescriptor, getFd, Membrane, revocable, serveRevocable } from "../../src/cap/index.js";
import { autoReconnect } from "../../src/vat/index.js";
import { FakeFile, Kernel } from "../rpc/kernel.js";
import { Holder } from "../schemas/file-descriptors.capnp.js";

let kernel: Kernel;
let file: FakeFile;
let holder: Holder.Client;
beforeEach(() => {
  kernel = new Kernel();
  file = new FakeFile(kernel, "file");
  holder = Holder.serve(file);
});
afterEach(() => holder[Symbol.dispose]());

describe("an object's file descriptor", () => {
  it("is there for whoever has the object's client, for as long as that", async () => {
    expect(kernel.file(await getFd(holder))).toBe("file");
    using copy = holder.dup();
    holder[Symbol.dispose]();
    expect(kernel.file(await getFd(copy))).toBe("file");
  });

  it("is none where the number is not one of the operating system's, or cannot be told", async () => {
    const getter = {
      get [fileDescriptor](): number {
        throw new Error("closed");
      },
    };
    for (const none of [-1, 1.5, 2 ** 32 + 3, Number.NaN, "3", 3n, null, undefined]) {
      using client = Holder.serve({ [fileDescriptor]: none } as Holder.Server);
      expect(await getFd(client)).toBeNull();
    }
    using client = Holder.serve(getter as Holder.Server);
    expect(await getFd(client)).toBeNull();
  });

  it("is that of what a promise resolves to", async () => {
    using promised = Holder.client(Holder.hook(Promise.resolve(holder))!);
    expect(kernel.file(await getFd(promised))).toBe("file");
  });

  it("does not cross a membrane unless its policy says so", async () => {
    using outside = new Membrane().toOutside(holder);
    expect(await getFd(outside)).toBeNull();
    using shown = new Membrane({ allowFdPassthrough: true }).toOutside(holder);
    expect(kernel.file(await getFd(shown))).toBe("file");
  });

  it("is not to be had any more from a membrane that was revoked", async () => {
    const membrane = new Membrane({ allowFdPassthrough: true });
    using outside = membrane.toOutside(holder);
    membrane.revoke("enough");
    await expect(getFd(outside)).rejects.toThrow("enough");
  });

  it("is hidden by what can be taken back, has fewer methods, or reconnects", async () => {
    const served = serveRevocable(Holder, new FakeFile(kernel, "other"));
    const taken = revocable(Holder, holder);
    const hiding = [
      served.client,
      taken.client,
      attenuate(Holder, holder, []),
      autoReconnect(Holder, () => holder.dup()),
    ];
    for (const client of hiding) {
      expect(await getFd(client)).toBeNull();
      client[Symbol.dispose]();
    }
  });
});
