/** The programs of a peer as processes: starts a server and waits until it listens, runs a client and reads its verdicts. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { ConnectAddress } from "capwire/transport/node";
import pDefer from "p-defer";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";
import { connectAddress, freeAddress } from "./carriers.js";
import { type Carrier, type Peer, type Program, programPath } from "./peers.js";

/** A running server of a peer. */
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

  /** `args` are what the program is told beside its address. */
  static async start(peer: Peer, program: Program, carrier: Carrier, args: readonly string[] = []): Promise<Server> {
    const { address, cleanUp } = freeAddress(carrier);
    const path = programPath(peer, program);
    const child = spawn(path, [address, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environment(path),
      detached: true,
    });
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith("listening ")) continue;
      child.stdout.resume(); // what it prints from now on must not fill the pipe
      return new Server(child, line.slice("listening ".length), cleanUp);
    }
    cleanUp();
    throw new Error(`${peer.name}: ${program} ended before it listened`);
  }

  /** It has crashed, or was stopped. */
  get hasEnded(): boolean {
    return hasEnded(this.#process);
  }

  /** Where a capwire client connects to it. */
  get connectAddress(): ConnectAddress {
    return connectAddress(this.address);
  }

  /** Ends the program as a user would; rejects if it had crashed. */
  async stop(): Promise<void> {
    const ended = hasEnded(this.#process) ? null : once(this.#process, "exit");
    this.#process.stdin?.end();
    await ended;
    this.#cleanUp();
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) throw new Error(`the server ended with ${signalCode ?? exitCode}`);
  }

  /** Ends the program without a word to its peers. */
  async kill(): Promise<void> {
    await kill(this.#process);
    this.#cleanUp();
  }
}

export interface ClientOptions {
  /** Only these scenarios. */
  readonly scenarios?: readonly string[];
  /** One connection for all of them, not one each. */
  readonly oneConnection?: boolean;
}

/** A client that ended otherwise than by having said all it had to say. */
class ClientCrash extends Error {
  readonly verdicts: ReadonlyMap<string, string>;

  constructor(message: string, verdicts: ReadonlyMap<string, string>) {
    super(message);
    this.verdicts = verdicts;
  }
}

/** A running client of a peer. */
export class Client {
  readonly #program: string;
  readonly #process: ChildProcess;
  /** The lines it printed, by the second word: `ok NAME …`, `FAIL NAME REASON`, `cannot NAME REASON`. Rejects if it crashed. */
  readonly verdicts: Promise<Map<string, string>>;
  readonly #hanging = pDefer<void>();
  /** It has said that its `hang` call runs. */
  readonly hanging: Promise<void> = this.#hanging.promise;

  constructor(peer: Peer, program: Program, address: string, options: ClientOptions = {}) {
    const path = programPath(peer, program);
    const env = { ...environment(path), ...(options.oneConnection && { CAPWIRE_ONE_CONNECTION: "1" }) };
    this.#program = `${peer.name}: ${program}`;
    this.#process = spawn(path, [address, ...(options.scenarios ?? [])], {
      stdio: ["ignore", "pipe", "inherit"],
      env,
      detached: true,
    });
    this.verdicts = this.#run();
    this.verdicts.catch(() => {}); // one that is killed crashes
  }

  /** Ends the program without a word to its peers. */
  kill(): Promise<void> {
    return kill(this.#process);
  }

  async #run(): Promise<Map<string, string>> {
    const ended = once(this.#process, "exit");
    const verdicts = new Map<string, string>();
    if (!this.#process.stdout) throw new Error("stdout is a pipe");
    for await (const line of createInterface(this.#process.stdout)) {
      const [verdict = "", name = ""] = line.split(" ");
      if (["ok", "FAIL", "cannot"].includes(verdict)) verdicts.set(name, line);
      if (line === "hanging") this.#hanging.resolve();
    }
    const [exitCode, signal] = await ended;
    if (signal || exitCode > 1) throw new ClientCrash(`${this.#program} ended with ${signal ?? exitCode}`, verdicts);
    return verdicts;
  }
}

/** Runs a client to its end. */
export function runClient(
  peer: Peer,
  program: Program,
  address: string,
  options: ClientOptions = {},
): Promise<Map<string, string>> {
  return new Client(peer, program, address, options).verdicts;
}

/** The stories that a peer's interop-client can be asked for. */
export async function listScenarios(peer: Peer): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(programPath(peer, "interop-client"), ["--list"]);
  return stdout.trim().split("\n");
}

/**
 * Has interop-client tell these stories; one that makes it crash is a `FAIL`, and those behind it are told by another process. Those
 * in `apart` have a process each, at once: they are expected to wait for what never comes.
 */
export async function tellAll(
  peer: Peer,
  address: string,
  scenarios: readonly string[],
  apart: readonly string[] = [],
): Promise<Map<string, string>> {
  const all = [tellTogether(peer, address, scenarios), ...apart.map((name) => tellTogether(peer, address, [name]))];
  return new Map((await Promise.all(all)).flatMap((verdicts) => [...verdicts]));
}

async function tellTogether(peer: Peer, address: string, scenarios: readonly string[]): Promise<Map<string, string>> {
  const verdicts = new Map<string, string>();
  for (let untold = scenarios; untold.length > 0; untold = scenarios.filter((name) => !verdicts.has(name))) {
    try {
      const told = await runClient(peer, "interop-client", address, { scenarios: untold });
      for (const name of untold) verdicts.set(name, told.get(name) ?? `FAIL ${name} was not told`);
    } catch (error) {
      if (!(error instanceof ClientCrash)) throw error;
      for (const [name, verdict] of error.verdicts) verdicts.set(name, verdict);
      const culprit = untold.find((name) => !error.verdicts.has(name));
      if (culprit === undefined) throw error;
      verdicts.set(culprit, `FAIL ${culprit} ${error.message}`);
    }
  }
  return verdicts;
}

/** Throws unless the client said that all is well. */
export function expectOk(verdicts: ReadonlyMap<string, string>, name: string): void {
  const verdict = verdicts.get(name);
  if (verdict !== `ok ${name}` && !verdict?.startsWith(`ok ${name} `))
    throw new Error(verdict ?? `no verdict on ${name}`);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Kills the whole group that `detached` made: a program may be a script that started another. */
async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}

function environment(program: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CAPWIRE_TLS_CERT: fileBeside(program, "tls-cert.pem", CERTIFICATE),
    CAPWIRE_TLS_KEY: fileBeside(program, "tls-key.pem", PRIVATE_KEY),
  };
}

/** The path of a file beside a program. Several test processes may want it at once. */
function fileBeside(program: string, name: string, text: string): string {
  const path = join(dirname(program), name);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, path);
  return path;
}
