/** Programs that pass descriptors, each a process of its own: how they end, what they inherit, in what they are bundled, and what they are told where it cannot be. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text as toText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { TwoPartyClient } from "capwire/node";
import { socketpair } from "capwire/transport/descriptors";
import { descriptorTransport } from "capwire/transport/node";
import { buildSync } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { Desk } from "../schemas/file-descriptors.capnp.js";
import { passesDescriptors } from "./passes-descriptors.js";
import { drain, textOf } from "./pipes.js";

const directory = mkdtempSync(join(tmpdir(), "capwire-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SIZES = [1024 * 1024, 65_536, 8_192, 0];

describe.skipIf(!passesDescriptors)("a program that passes descriptors", () => {
  const build = fileURLToPath(new URL("./build/", import.meta.url));
  /** The file of a program of one bundle. */
  const bundled = (name: string, text: string, folder = build, format: "esm" | "cjs" = "esm"): string => {
    const outfile = join(folder, `${name}.${format === "esm" ? "mjs" : "cjs"}`);
    buildSync({
      stdin: { contents: text, resolveDir: fileURLToPath(new URL("../../", import.meta.url)) },
      bundle: true,
      platform: "node",
      target: "node20",
      format,
      outfile,
      external: ["ws", "koffi"],
      alias: {
        "capwire/codegen/runtime": "./src/codegen/runtime.ts",
        "capwire/transport/descriptors": "./src/transport/node/descriptors/index.ts",
      },
      logLevel: "error",
    });
    return outfile;
  };
  /** What a program prints; throws with what it says on standard error if it fails, or does not end. */
  const run = (file: string, ...flags: string[]): string =>
    execFileSync(process.execPath, [...flags, file], {
      encoding: "utf8",
      timeout: 20_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const HEAD = `
    import { TwoPartyClient, TwoPartyServer } from "./src/node.ts";
    import { socketpair } from "./src/transport/node/descriptors/index.ts";
    import { descriptorTransport } from "./src/transport/node/index.ts";
    import { Desk } from "./test/schemas/file-descriptors.capnp.ts";
    const [left, right] = socketpair();
    const server = new TwoPartyServer(Desk, { count: () => ({ present: [] }) });
    server.accept(descriptorTransport(left, { maxFdsPerMessage: 1 }));
    const client = new TwoPartyClient(descriptorTransport(right, { maxFdsPerMessage: 1 }));
    await client.bootstrap(Desk).count({ holders: [] });
    console.log("called");
  `;

  it("ends by itself when its connections are closed", () => {
    expect(run(bundled("closing", `${HEAD} client.close();`))).toBe("called\n");
  });

  it("ends when it says so, though its connections are open and their thread waits", () => {
    expect(run(bundled("exiting", `${HEAD} process.exit(0);`))).toBe("called\n");
  });

  it("ends with its error, though its connections are open", () => {
    const throwing = bundled("throwing", `${HEAD} throw new Error("enough");`);
    expect(() => run(throwing)).toThrow("enough");
  });

  it("serves its parent over a socket that it was born with, and ends when that is closed", async () => {
    const child = bundled(
      "child",
      `import { TwoPartyServer } from "./src/node.ts";
       import { descriptorTransport } from "./src/transport/node/index.ts";
       import { Desk } from "./test/schemas/file-descriptors.capnp.ts";
       import { PipeDesk } from "./test/transport/pipes.ts";
       new TwoPartyServer(Desk, new PipeDesk()).accept(descriptorTransport(3, { maxFdsPerMessage: 2 }));`,
    );
    const [ours, theirs] = socketpair();
    const running = spawn(process.execPath, [child], { stdio: ["ignore", "inherit", "inherit", theirs] });
    const ended = once(running, "exit");
    closeSync(theirs);
    const client = new TwoPartyClient(descriptorTransport(ours, { maxFdsPerMessage: 2 }));
    for (const size of SIZES) {
      const [first, second] = [drain(), drain()];
      const call = client
        .bootstrap(Desk)
        .write({ first: first.holder, second: second.holder, fill: new Uint8Array(size) });
      expect(await textOf(call.third)).toBe("baz");
      (await call)[Symbol.dispose]();
      expect(await Promise.all([first.text(), second.text()])).toEqual(["foo", "bar"]);
    }
    client.close();
    expect(await ended).toEqual([0, null]);
  });

  it("and has no koffi is told what to install", () => {
    // One that is none stands before whatever lies in a folder above.
    mkdirSync(join(directory, "node_modules/koffi"), { recursive: true });
    writeFileSync(join(directory, "node_modules/koffi/package.json"), JSON.stringify({ main: "missing.js" }));
    const text = `import { pipe } from "./src/transport/node/descriptors/index.ts"; pipe();`;
    const lacking = bundled("lacking", text, directory);
    expect(() => run(lacking)).toThrow("npm install koffi");
  });

  it("and whose koffi cannot be loaded is told why", () => {
    const file = bundled("refused", `import { pipe } from "./src/transport/node/descriptors/index.ts"; pipe();`);
    expect(() => run(file, "--no-addons")).toThrow("it cannot be loaded: Cannot load native addon");
  });

  it("and may have no threads is told the permission", () => {
    const file = bundled("alone", HEAD);
    const [permission] = ["--permission", "--experimental-permission"].filter((flag) =>
      process.allowedNodeEnvironmentFlags.has(flag),
    );
    expect(() => run(file, permission as string, "--allow-fs-read=*", "--allow-addons")).toThrow("--allow-worker");
  });

  it("may be a bundle of CommonJS", () => {
    const text = `
      import { pipe } from "./src/transport/node/descriptors/index.ts";
      console.log(pipe().length);`;
    expect(run(bundled("common", text, build, "cjs"))).toBe("2\n");
  });

  it("hears from its other sockets and listeners when a handler throws", () => {
    const text = `
      import { send } from "./src/transport/node/descriptors/ancillary.ts";
      import { socketpair } from "./src/transport/node/descriptors/index.ts";
      import { connectTransport, descriptorTransport, listenTransport } from "./src/transport/node/index.ts";
      process.on("uncaughtException", (error) => console.log(error.message));
      const message = new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const pairs = [socketpair(), socketpair(), socketpair()];
      let heard = 0;
      const rounds = () => new Promise((resolve) => setTimeout(resolve, 200));
      for (const [socket] of pairs)
        descriptorTransport(socket, { maxFdsPerMessage: 1 }).start({
          message() {}, drained() {}, closed() {},
          batchEnd() { if (++heard % 3 === 1) throw new Error("thrown"); },
        });
      await rounds();
      for (let round = 0; round < 2; round++) {
        for (const [, peer] of pairs) send(peer, [message], 0, []);
        await rounds();
      }
      console.log(heard);
      const path = ${JSON.stringify(join(directory, "throwing.sock"))};
      await listenTransport({ path, maxFdsPerMessage: 1 }, () => { throw new Error("accepted"); });
      for (let round = 0; round < 2; round++) {
        await connectTransport({ path });
        await rounds();
      }
      process.exit(0);`;
    expect(run(bundled("handlers", text))).toBe("thrown\nthrown\n6\naccepted\naccepted\n");
  });

  it("does not hand a socket it was born with on to programs it starts", async () => {
    const child = bundled(
      "parent",
      `import { readdirSync, readlinkSync } from "node:fs";
       import { execFileSync } from "node:child_process";
       import { descriptorTransport } from "./src/transport/node/index.ts";
       descriptorTransport(40, { maxFdsPerMessage: 1 });
       const look = "console.log(require('node:fs').existsSync('/proc/self/fd/40'))";
       console.log(execFileSync(process.execPath, ["-e", look], { encoding: "utf8" }).trim());
       process.exit(0);`,
    );
    const [ours, theirs] = socketpair();
    const stdio = ["ignore" as const, "pipe" as const, "inherit" as const, ...Array(37).fill("ignore"), theirs];
    const running = spawn(process.execPath, [child], { stdio });
    expect(await toText(running.stdout as Readable)).toBe("false\n");
    for (const each of [ours, theirs]) closeSync(each);
  });

  it("may use a worker, which leaves nothing open when it ends, and ends when it is terminated", () => {
    const text = `
      import { readdirSync } from "node:fs";
      import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
      import { socketpair } from "./src/transport/node/descriptors/index.ts";
      import { descriptorTransport, listenTransport } from "./src/transport/node/index.ts";
      const handler = { message() {}, batchEnd() {}, drained() {}, closed() {} };
      if (isMainThread) {
        const open = () => readdirSync("/proc/self/fd").length;
        let before = Infinity;
        for (const how of ["end", "end", "exit", "terminate"]) {
          const worker = new Worker(new URL(import.meta.url), { workerData: how });
          await new Promise((resolve) => worker.once("message", resolve));
          const ended = new Promise((resolve) => worker.once("exit", resolve));
          if (how === "terminate") setTimeout(() => worker.terminate(), 200);
          await ended;
          console.log(how, how === "terminate" || open() <= before);
          // What a program's first worker opens stays.
          before = Math.min(before, open());
        }
      } else {
        const ends = socketpair().map((fd) => descriptorTransport(fd, { maxFdsPerMessage: 1 }));
        for (const end of ends) end.start(handler);
        const path = ${JSON.stringify(join(directory, "worker.sock"))};
        const listener = await listenTransport({ path, maxFdsPerMessage: 1 }, () => {});
        parentPort.postMessage("ready");
        if (workerData === "end") for (const each of [...ends, listener]) each.close();
        if (workerData === "exit") setTimeout(() => process.exit(), 50);
      }`;
    expect(run(bundled("worker", text))).toBe("end true\nend true\nexit true\nterminate true\n");
  });
});
