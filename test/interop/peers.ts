/**
 * The C++ programs as peers: finds them, starts a server and waits until it listens, runs a client and reads its verdicts. A
 * program that is not there makes its tests be skipped by name with what installs it; with CAPWIRE_REQUIRE_PEERS=1, as
 * CI sets it, they fail.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ConnectAddress, ListenAddress } from "capwire/transport/node";
import { describe, it } from "vitest";
import { arePeersRequired } from "../has-capnp.js";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";

export type Program = "calculator-server" | "calculator-client" | "interop-server" | "interop-client";

/** What carries the bytes between the two languages. */
export type Carrier = "TCP" | "Unix socket" | "WebSocket" | "TLS";

export const CARRIERS: readonly Carrier[] = ["TCP", "Unix socket", "WebSocket", "TLS"];

const BUILD = fileURLToPath(new URL("./cpp/build/", import.meta.url));
const HOW_TO_INSTALL = "apt-get install capnproto libcapnp-dev g++ make pkg-config && make -C test/interop/cpp";

/** A suite that needs C++ programs. */
export function describeWithPeers(title: string, programs: readonly Program[], suite: () => void): void {
  const missing = programs.filter((program) => !existsSync(join(BUILD, program)));
  if (missing.length === 0) {
    describe(title, suite);
    return;
  }
  const verdict = `C++ peers missing: ${missing.join(", ")} (${HOW_TO_INSTALL})`;
  describe(title, () => {
    if (arePeersRequired) {
      it(verdict, () => {
        throw new Error(verdict);
      });
    } else {
      it.skip(verdict, () => {});
    }
  });
}

/** A running C++ server. */
export class Server {
  /** As the program printed it: "127.0.0.1:4000", "ws:127.0.0.1:4000" … */
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #cleanUp: () => void;

  private constructor(process: ChildProcess, address: string, cleanUp: () => void) {
    this.#process = process;
    this.address = address;
    this.#cleanUp = cleanUp;
  }

  static async start(program: Program, carrier: Carrier): Promise<Server> {
    const { address, cleanUp } = freeAddress(carrier);
    const child = spawn(join(BUILD, program), [address], { stdio: ["pipe", "pipe", "inherit"], env: environment() });
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith("listening ")) return new Server(child, line.slice("listening ".length), cleanUp);
    }
    throw new Error(`${program} ended before it listened`);
  }

  /** Where a capwire client connects to it. */
  get connectAddress(): ConnectAddress {
    return connectAddress(this.address);
  }

  /** Ends the program as a user would; rejects if it had crashed. */
  async stop(): Promise<void> {
    const ended =
      this.#process.exitCode === null && this.#process.signalCode === null ? once(this.#process, "exit") : null;
    this.#process.stdin?.end();
    await ended;
    this.#cleanUp();
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) throw new Error(`the C++ server ended with ${signalCode ?? exitCode}`);
  }

  /** Ends the program without a word to its peers. */
  async kill(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    this.#cleanUp();
  }
}

export interface ClientOptions {
  /** Only these scenarios. */
  readonly scenarios?: readonly string[];
  /** One connection for all of them, not one each. */
  readonly oneConnection?: boolean;
}

/** Runs a C++ client against `address`. The lines it printed, by the second word: `ok NAME …`, `FAIL NAME …`. */
export async function runClient(
  program: Program,
  address: string,
  options: ClientOptions = {},
): Promise<Map<string, string>> {
  const env = { ...environment(), ...(options.oneConnection && { CAPWIRE_ONE_CONNECTION: "1" }) };
  const child = spawn(join(BUILD, program), [address, ...(options.scenarios ?? [])], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const ended = once(child, "exit");
  const verdicts = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) verdicts.set(line.split(" ")[1] ?? "", line);
  const [exitCode, signal] = await ended;
  if (signal) throw new Error(`${program} was ended by ${signal}`);
  if (exitCode > 1) throw new Error(`${program} ended with ${exitCode}`);
  return verdicts;
}

/** Where a capwire server listens for C++ clients, and how to tell them once it is known. */
export function listenAddress(carrier: Carrier): {
  readonly address: ListenAddress;
  clientAddress(port: number | null): string;
  cleanUp(): void;
} {
  const { address, cleanUp } = freeAddress(carrier);
  const at = (prefix: string) => (port: number | null) => `${prefix}127.0.0.1:${port}`;
  switch (carrier) {
    case "TCP":
      return { address: { host: "127.0.0.1", port: 0 }, clientAddress: at(""), cleanUp };
    case "Unix socket":
      return { address: { path: address.slice("unix:".length) }, clientAddress: () => address, cleanUp };
    case "WebSocket":
      return { address: { webSocket: { host: "127.0.0.1", port: 0 } }, clientAddress: at("ws:"), cleanUp };
    case "TLS": {
      const tls = { cert: CERTIFICATE, key: PRIVATE_KEY };
      return { address: { host: "127.0.0.1", port: 0, tls }, clientAddress: at("tls:"), cleanUp };
    }
  }
}

/** An address in the programs' own form that nobody uses. */
function freeAddress(carrier: Carrier): { readonly address: string; cleanUp(): void } {
  const cleanUp = () => {};
  switch (carrier) {
    case "TCP":
      return { address: "127.0.0.1:0", cleanUp };
    case "WebSocket":
      return { address: "ws:127.0.0.1:0", cleanUp };
    case "TLS":
      return { address: "tls:127.0.0.1:0", cleanUp };
    case "Unix socket": {
      const directory = mkdtempSync(join(tmpdir(), "capwire-"));
      return { address: `unix:${join(directory, "socket")}`, cleanUp: () => rmSync(directory, { recursive: true }) };
    }
  }
}

/** The programs' form of an address as ours. */
function connectAddress(address: string): ConnectAddress {
  const [scheme, ...rest] = address.split(":");
  const where = rest.join(":");
  switch (scheme) {
    case "unix":
      return { path: where };
    case "ws":
      return { url: `ws://${where}/` };
    case "tls": {
      const [host = "", port] = rest;
      return { host, port: Number(port), tls: { ca: CERTIFICATE, servername: "localhost" } };
    }
    default:
      return { host: scheme ?? "", port: Number(where) };
  }
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CAPWIRE_TLS_CERT: builtFile("tls-cert.pem", CERTIFICATE),
    CAPWIRE_TLS_KEY: builtFile("tls-key.pem", PRIVATE_KEY),
  };
}

/** The path of a file beside the programs. Several test processes may want it at once. */
function builtFile(name: string, text: string): string {
  const path = join(BUILD, name);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, path);
  return path;
}
