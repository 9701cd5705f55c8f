/** The README's code runs: its schemas are compiled, its service serves, its client calls. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { leaks } from "../src/cap/index.js";
import { main } from "../src/cli/main.js";
import { passesDescriptors } from "./transport/passes-descriptors.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const folder = fileURLToPath(new URL("./.readme/", import.meta.url));

/** The first code block of `language` after `heading`. */
function block(heading: string, language: string): string {
  const after = readme.slice(readme.indexOf(heading));
  const match = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(after);
  if (!match || !readme.includes(heading)) throw new Error(`README.md has no ${language} block after "${heading}"`);
  return match[1] as string;
}

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(`${folder}${name}`, text);
  write("greeter.capnp", block("A schema, `greeter.capnp`", "capnp"));
  write("person.capnp", block("with `person.capnp`", "capnp"));
  write("server.ts", block("The service, `server.ts`", "ts"));
  // `using` needs Node 24; what it does at the end of the scope is written out here.
  write("client.ts", block("The client, `client.ts`", "ts").replace("using client", "export const client"));
  write("keeping.ts", block("## Keeping a capability, giving one away", "ts"));
  write("running.ts", block("## Running a service", "ts"));
  write("messages.ts", block("## Messages without RPC", "ts"));
  write("dynamic.ts", block("## Without generated code", "ts"));
  write("logs.capnp", block("with `logs.capnp`", "capnp"));
  write("descriptors.ts", block("## File descriptors", "ts"));
  write("uploads.capnp", block("With `uploads.capnp`", "capnp"));
  write("uploads.ts", block("## Streams, cancellation, tail calls", "ts"));
  const schemas = ["greeter", "person", "logs", "uploads"].map((name) => `${folder}${name}.capnp`);
  expect(await main(["compile", ...schemas])).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the service and the client of the README talk to each other", async () => {
  const { server } = await import(/* @vite-ignore */ `${folder}server.ts`);
  const { client, heard } = await import(/* @vite-ignore */ `${folder}client.ts`);
  expect(heard).toEqual(["somebody new", "Hello, Ada!"]);
  client[Symbol.dispose]();

  const { greeter, leased, polite, watched, calls } = await import(/* @vite-ignore */ `${folder}keeping.ts`);
  for (const one of [greeter, leased.client, polite, watched]) {
    expect((await one.greet({ name: "Ada" })).greeting).toBe("Hello, Ada!");
  }
  leased.revoke("no more");
  await expect(leased.client.greet({ name: "Ada" })).rejects.toThrow("no more");
  await expect(polite.introduce({})).rejects.toThrow("not part of this capability");
  expect(calls).toEqual(["greet"]);
  for (const one of [greeter, leased.client, polite, watched]) one[Symbol.dispose]();
  await server.close();
});

test("the service that the README shows how to run answers, refuses and closes", async () => {
  const { TwoPartyClient } = await import("../src/node.js");
  const { Greeter } = await import(/* @vite-ignore */ `${folder}greeter.capnp.ts`);
  const { service, port } = await import(/* @vite-ignore */ `${folder}running.ts`);
  leaks.report = null;
  leaks.traceCreation = false;
  using client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
  type Greeting = { greet(params: { name: string }): Promise<{ greeting: string }> };
  const greeter = client.bootstrap(Greeter) as unknown as Greeting;
  expect((await greeter.greet({ name: "Ada" })).greeting).toBe("Hello, Ada!");
  await expect(greeter.greet({ name: "" })).rejects.toMatchObject({ kind: "overloaded", reason: "nobody is here yet" });
  await service.close({ grace: 10_000 });
});

test("the message example of the README builds and reads a person", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ `${folder}messages.ts`);
  const printed = log.mock.calls.map(([first]) => first as unknown);
  log.mockRestore();
  expect(printed[0]).toBe("Ada at MIT");
  expect(printed[1]).toMatchObject({ name: "Ada", phones: [{ number: "555-1212", type: "mobile" }] });
});

test("the dynamic example of the README loads a schema and writes JSON", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ `${folder}dynamic.ts`);
  const printed = log.mock.calls;
  log.mockRestore();
  expect(printed[0]).toEqual([3, { x: 3, y: 4 }]);
  expect(JSON.parse(printed[1]?.[0] as string)).toEqual({ name: "Ada", employment: { school: "MIT" } });
});

test.skipIf(!passesDescriptors)("the client of the README's log service writes to the service's file", async () => {
  const example = await import(/* @vite-ignore */ `${folder}descriptors.ts`);
  expect(readFileSync(`${example.folder}/service.log`, "utf8")).toBe("written by the client itself\n");
  example.client.close();
  await example.server.close();
  rmSync(example.folder, { recursive: true });
});

test("the uploads of the README arrive, each write once", async () => {
  const { server, client, size } = await import(/* @vite-ignore */ `${folder}uploads.ts`);
  expect(size).toBe(6000n);
  client.close();
  await server.close();
});
