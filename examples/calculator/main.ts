/**
 * The whole example: starts the server process, runs the client process against it, ends with the client's exit code.
 * `--round-trip MS` puts a link of that delay between the two.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { slowLink } from "./slow-link.js";

const { values } = parseArgs({ options: { "round-trip": { type: "string" } } });

const server = start("./server.js", [], ["pipe", "pipe", "inherit"]);
let address = await listeningAddress(server);
console.log(`calculator at ${address}`);

if (values["round-trip"] !== undefined) {
  const roundTripMs = Number(values["round-trip"]);
  const [host = "127.0.0.1", port] = address.split(":");
  address = `127.0.0.1:${await slowLink(host, Number(port), roundTripMs)}`;
  console.log(`behind a link of ${roundTripMs} ms per round trip at ${address}`);
}

const [exitCode] = await once(start("./client.js", [address], "inherit"), "exit");
server.stdin?.end();
process.exitCode = exitCode ?? 1;

function start(script: string, args: string[], stdio: "inherit" | ["pipe", "pipe", "inherit"]): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio });
}

/** Waits for the server's "listening HOST:PORT". Rejects if it ends without saying so. */
function listeningAddress(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the server's output is not piped");
  const lines = createInterface(child.stdout);
  return new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      if (line.startsWith("listening ")) resolve(line.slice("listening ".length));
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code} before it listened`)));
  });
}
