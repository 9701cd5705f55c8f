/**
 * What `npm pack` makes, installed into an empty project: it imports, type-checks under strict nodenext and bundler
 * resolution, brings the `capwire` command, and a schema compiled with it serves and calls.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const minutes = 60_000;

let project: string;

function run(command: string, args: readonly string[], cwd = project): string {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout ?? ""}\n${stderr ?? ""}`, { cause: error });
  }
}

function write(name: string, text: string): void {
  mkdirSync(join(project, name, ".."), { recursive: true });
  writeFileSync(join(project, name), text);
}

const SCHEMA = `@0xbe7d0e1f2a3b4c5d;
interface Greeter {
  greet @0 (person :Person) -> (greeting :Text, self :Greeter);
}
struct Person {
  name @0 :Text;
  age @1 :UInt8 = 18;
  union {
    nothing @2 :Void;
    nickname @3 :Text;
  }
}
`;

const PROGRAM = `import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { MessageBuilder } from "capwire";
import { Greeter, Person } from "./greeter.capnp.js";

class MyGreeter implements Greeter.Server {
  greet({ person }: Greeter.GreetParams): Greeter.GreetResults.Init {
    const name = person.which === "nickname" ? person.nickname : person.name;
    return { greeting: \`hello \${name}, \${person.age}\`, self: this };
  }
}

const message = new MessageBuilder();
const built = message.initRoot(Person);
built.name = "Ada";
const age: number = message.getRoot(Person).age;
export function neverCalled(): void {
  // @ts-expect-error a number is no name
  built.name = 5;
}

const server = new TwoPartyServer(Greeter, new MyGreeter());
const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
const client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
const greeter = client.bootstrap(Greeter);
const { greeting } = await greeter.greet({ person: { name: "Grace" } }).self.greet({ person: { nickname: "Amazing Grace", age } });
console.log(greeting);
client.close();
await server.close();
`;

const CHILD = `import { stdioTransport, TwoPartyServer } from "capwire/node";
import { Greeter } from "./greeter.capnp.js";

new TwoPartyServer(Greeter, {
  greet: ({ person }) => ({ greeting: \`hello \${person.name}, \${person.age}\` }),
}).accept(stdioTransport());
`;

const PARENT = `import { spawn } from "node:child_process";
import { childTransport, TwoPartyClient } from "capwire/node";
import { Greeter } from "./greeter.capnp.js";

const child = spawn(process.execPath, ["build/child.js"], { stdio: ["pipe", "pipe", "inherit"] });
const client = new TwoPartyClient(childTransport(child));
console.log((await client.bootstrap(Greeter).greet({ person: { name: "child" } })).greeting);
client.close();
`;

const IMPORTING = `import { MessageBuilder } from "capwire";
import { Person } from "./greeter.capnp";

const person = new MessageBuilder().initRoot(Person);
person.assign({ name: "Ada", nickname: "Countess" });
const plain = person.toObject();
console.log(plain.name, plain.which);
`;

const CHECKED = `${IMPORTING}
export const age: number = person.age;
// @ts-expect-error a number is no name
person.name = 5;
`;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "capwire-package-"));
  const tarball = run("npm", ["pack", "--silent", "--pack-destination", project], root)
    .trim()
    .split("\n")
    .at(-1) as string;
  write("package.json", JSON.stringify({ name: "consumer", version: "1.0.0", private: true, type: "module" }));
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const pinned = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", join(project, tarball), ...pinned]);
  write("greeter.capnp", SCHEMA);
  write("main.ts", PROGRAM);
  write("child.ts", CHILD);
  write("parent.ts", PARENT);
  write("importing.js", IMPORTING);
  write("checked.ts", CHECKED);
}, 5 * minutes);

afterAll(() => {
  if (project) rmSync(project, { recursive: true, force: true });
});

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  allowArbitraryExtensions: true,
  target: "es2022",
  lib: ["es2023", "esnext.disposable"],
  types: ["node"],
};

describe("the packed package in an empty project", () => {
  test("brings the capwire command, which compiles a schema", () => {
    run("npx", ["--no-install", "capwire", "compile", "greeter.capnp"]);
    expect(existsSync(join(project, "greeter.capnp.ts"))).toBe(true);
    expect(run("npx", ["--no-install", "capwire", "--help"])).toContain("compile");
  });

  test("runs a program that imports the schema, and writes the types for it", () => {
    expect(run("node", ["--import", "capwire/register", "importing.js"]).trim()).toBe("Ada nickname");
    expect(run("npx", ["--no-install", "capwire", "types"]).trim()).toBe("greeter.d.capnp.ts");
  });

  for (const [name, options] of [
    ["nodenext", { module: "nodenext", moduleResolution: "nodenext", outDir: "build" }],
    ["bundler", { module: "esnext", moduleResolution: "bundler", noEmit: true }],
  ] as const) {
    test(
      `type-checks under strict ${name} resolution, declarations of the package included`,
      () => {
        write(
          `tsconfig.${name}.json`,
          JSON.stringify({ compilerOptions: { ...STRICT, ...options }, include: ["*.ts"] }),
        );
        run("npx", ["--no-install", "tsc", "-p", `tsconfig.${name}.json`]);
      },
      minutes,
    );
  }

  test("serves and calls the compiled schema", () => {
    expect(run("node", ["build/main.js"]).trim()).toBe("hello Amazing Grace, 18");
  });

  test("serves a parent process over standard input and output", () => {
    expect(run("node", ["build/parent.js"]).trim()).toBe("hello child, 18");
  });

  test("every entry point of the package imports", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      exports: Record<string, string>;
    };
    const entries = Object.keys(exports).filter((key) => !key.includes("*") && !key.endsWith(".json"));
    expect(entries.length).toBeGreaterThan(8);
    write("entries.js", entries.map((key) => `await import("capwire${key.slice(1)}");`).join("\n"));
    run("node", ["entries.js"]);
    run("node", ["--input-type=module", "-e", 'await import("capwire/std/schema"); await import("capwire/std/rpc");']);
  });
});
