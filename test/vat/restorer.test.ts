/** Saved references: sealed to an owner, and restored after the process that made them has died. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import type { RpcError } from "../../src/cap/index.js";
import { TwoPartyClient } from "../../src/node.js";
import { Persistent } from "../../src/std/persistent.js";
import { MemoryStore, Restorer } from "../../src/vat/index.js";
import { FileStore } from "../../src/vat/node/file-store.js";
import { Data, Text } from "../../src/wire/index.js";
import { Counter, makeRestorer, TestCounter, TestVault, Vault } from "./vault.js";

const folder = mkdtempSync(join(tmpdir(), "capwire-refs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["in memory", () => new MemoryStore()],
  ["in a folder", () => new FileStore(mkdtempSync(join(folder, "store-")))],
])("a reference saved %s", (_name, makeStore) => {
  test("gives the object again to its owner", async () => {
    const restorer = makeRestorer(makeStore());
    using vault = Vault.serve(new TestVault(restorer, "alice"));
    using created = await vault.create({ name: "visits" });
    await created.counter.increment();
    const { sturdyRef } = await created.counter.save({ sealFor: "alice" });
    using restored = await vault.restore({ ref: sturdyRef });
    expect((await restored.counter.increment()).value).toBe(2);
  });

  test("is worthless to everybody else", async () => {
    const restorer = makeRestorer(makeStore());
    using vault = Vault.serve(new TestVault(restorer, "alice"));
    using other = Vault.serve(new TestVault(restorer, "mallory"));
    using key = Vault.serve(new TestVault(restorer, new TextEncoder().encode("alice")));
    using created = await vault.create({ name: "visits" });
    const { sturdyRef } = await created.counter.save({ sealFor: "alice" });
    const unknown = new Uint8Array(32);
    for (const [from, ref] of [
      [other, sturdyRef],
      [key, sturdyRef],
      [vault, unknown],
      [vault, sturdyRef.slice(1)],
    ] as const) {
      await expect(from.restore({ ref })).rejects.toMatchObject({ kind: "failed", reason: "no such reference" });
    }
  });

  test("is worthless to everybody once it was forgotten", async () => {
    const restorer = makeRestorer(makeStore());
    const ref = await restorer.save("counter", { name: "visits", value: 1 }, "alice");
    (await restorer.restore(ref, "alice"))[Symbol.dispose]();
    await restorer.forget(ref, "alice");
    await expect(restorer.restore(ref, "alice")).rejects.toThrow("no such reference");
  });

  test("says so when this vat has no such objects any more", async () => {
    const store = makeStore();
    const ref = await makeRestorer(store).save("counter", {}, "alice");
    await expect(new Restorer({ store, kinds: {} }).restore(ref, "alice")).rejects.toThrow("of kind counter");
    await expect(new Restorer({ store, kinds: {} }).save("counter", {}, "alice")).rejects.toThrow("kind counter");
  });
});

test("an object that can be saved is also one to who only knows Persistent", async () => {
  using vault = Vault.serve(new TestVault(makeRestorer(new MemoryStore()), "alice"));
  using created = await vault.create({ name: "visits" });
  using persistent = created.counter.castAs(Persistent.of(Data, Text));
  const { sturdyRef } = await persistent.save({ sealFor: "alice" });
  expect(sturdyRef.length).toBe(32);
});

describe("a store that fails", () => {
  const DAMAGED = ["", '{"kind":"cou', "null", "[1]", "{}", '{"kind":5}', "\xff\xfe"];

  test.each(DAMAGED)("says which file is damaged to this process, not to the peer: %j", async (content) => {
    const place = mkdtempSync(join(folder, "damaged-"));
    const restorer = makeRestorer(new FileStore(place));
    const ref = await restorer.save("counter", { name: "visits", value: 1 }, "alice");
    const path = join(place, readdirSync(place)[0] as string);
    writeFileSync(path, content, "latin1");
    const cause = await restorer.restore(ref, "alice").catch((error: RpcError) => error.cause);
    expect(cause).toMatchObject({ name: "StoreError", code: "damaged", message: expect.stringContaining(path) });
    using vault = Vault.serve(new TestVault(restorer, "alice"));
    await expect(vault.restore({ ref })).rejects.toMatchObject({ reason: "the reference could not be looked up" });
  });

  test("does not tell the peer of its files when it cannot write", async () => {
    const file = join(folder, "in-the-way");
    writeFileSync(file, "");
    const restorer = makeRestorer(new FileStore(join(file, "refs")));
    await expect(restorer.save("counter", {}, "alice")).rejects.toMatchObject({
      kind: "failed",
      reason: "the object of kind counter could not be saved",
      cause: expect.objectContaining({ code: "ENOTDIR" }),
    });
  });

  test("says what could not be done in all three ways, with its own words as the cause only", async () => {
    const fails = () => {
      throw new Error("disk /dev/sdb1 is gone");
    };
    const restorer = makeRestorer({ load: fails, store: fails, remove: async () => fails() });
    const reference = new Uint8Array(32);
    const cause = expect.objectContaining({ message: "disk /dev/sdb1 is gone" });
    const told = (reason: string) => ({ name: "RpcError", kind: "failed", reason, message: reason, cause });
    await expect(restorer.save("counter", {}, "alice")).rejects.toMatchObject(
      told("the object of kind counter could not be saved"),
    );
    await expect(restorer.restore(reference, "alice")).rejects.toMatchObject(
      told("the reference could not be looked up"),
    );
    await expect(restorer.forget(reference, "alice")).rejects.toMatchObject(
      told("the reference could not be forgotten"),
    );
  });

  test("works again once its folder can be made", async () => {
    const file = join(folder, "in-the-way-for-a-while");
    writeFileSync(file, "");
    const restorer = makeRestorer(new FileStore(join(file, "refs")));
    await expect(restorer.save("counter", {}, "alice")).rejects.toThrow("could not be saved");
    rmSync(file);
    expect(await restorer.save("counter", {}, "alice")).toHaveLength(32);
  });

  test("makes its folder again after somebody removed it", async () => {
    const place = join(folder, "removed");
    const restorer = makeRestorer(new FileStore(place));
    await restorer.save("counter", {}, "alice");
    rmSync(place, { recursive: true });
    expect(await restorer.save("counter", {}, "alice")).toHaveLength(32);
  });
});

test("forgetting what is not there, or is somebody else's, changes nothing", async () => {
  const restorer = makeRestorer(new FileStore(mkdtempSync(join(folder, "forget-"))));
  const ref = await restorer.save("counter", { name: "visits", value: 1 }, "alice");
  await restorer.forget(ref, "mallory");
  using counter = await restorer.restore(ref, "alice", Counter);
  expect((await counter.increment()).value).toBe(2);
  await restorer.forget(ref, "alice");
  await restorer.forget(ref, "alice");
});

test("an owner or a reference of the wrong type is the program's mistake, and named", async () => {
  const restorer = makeRestorer(new MemoryStore());
  using created = Counter.serve(new TestCounter(restorer, "visits", 0));
  // Without its type parameters an owner is a pointer, not a text.
  using persistent = created.castAs(Persistent);
  const unbranded = {
    async save({ sealFor }: Persistent.SaveParams) {
      await restorer.save("counter", {}, sealFor as never);
    },
  };
  using served = Persistent.serve(unbranded as never);
  await expect(served.save()).rejects.toThrow(
    "an owner is a text or bytes, not an object; say which: Persistent(Data, Text)",
  );
  expect((await persistent.save()).hasSturdyRef()).toBe(true);
  await expect(restorer.save("counter", {}, undefined as never)).rejects.toMatchObject({ code: "bad-owner" });
  await expect(restorer.restore("abc" as never, "alice")).rejects.toMatchObject({ code: "bad-reference" });
});

test("a store in a folder holds no reference, and nobody else may read it", async () => {
  const place = join(mkdtempSync(join(folder, "private-")), "refs");
  const restorer = makeRestorer(new FileStore(place));
  const ref = await restorer.save("counter", { name: "visits", value: 1 }, "alice");
  const files = readdirSync(place);
  expect(files).toHaveLength(1);
  const path = join(place, files[0] as string);
  const hex = [...ref].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(path + readFileSync(path, "utf8")).not.toContain(hex);
  if (process.platform === "win32") return;
  expect(statSync(place).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

const processes: ChildProcess[] = [];
afterAll(() => {
  for (const child of processes) child.kill("SIGKILL");
});

/** Starts the vault as a process of its own; resolves with the ports of its two owners. */
async function startVault(script: string, store: string): Promise<{ child: ChildProcess; ports: number[] }> {
  const child = spawn(process.execPath, [script, store], { stdio: ["ignore", "pipe", "inherit"] });
  processes.push(child);
  for await (const line of createInterface({ input: child.stdout }))
    return { child, ports: JSON.parse(line) as number[] };
  throw new Error("the vault ended without a word");
}

test("a reference survives the process that saved it", async () => {
  const script = join(folder, "vault.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./vault-process.ts", import.meta.url))],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // ws is a CommonJS module.
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    logLevel: "error",
  });
  const store = join(folder, "restart");
  const first = await startVault(script, store);
  let sturdyRef: Uint8Array;
  {
    using client = await TwoPartyClient.connect({ host: "127.0.0.1", port: first.ports[0] as number });
    using vault = client.bootstrap(Vault);
    using call = vault.create({ name: "visits" });
    for (let n = 0; n < 3; n++) await call.counter.increment();
    sturdyRef = (await call.counter.save({ sealFor: "alice" })).sturdyRef.slice();
  }
  const ended = new Promise((resolve) => first.child.once("exit", resolve));
  first.child.kill("SIGKILL");
  await ended;
  const second = await startVault(script, store);
  using alice = await TwoPartyClient.connect({ host: "127.0.0.1", port: second.ports[0] as number });
  using vault = alice.bootstrap(Vault);
  using call = vault.restore({ ref: sturdyRef });
  expect((await call.counter.increment()).value).toBe(4);
  using mallory = await TwoPartyClient.connect({ host: "127.0.0.1", port: second.ports[1] as number });
  using hers = mallory.bootstrap(Vault);
  await expect(hers.restore({ ref: sturdyRef })).rejects.toThrow("no such reference");
});
