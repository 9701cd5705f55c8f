/**
 * Compiling for hooks that cannot wait (Node's `registerHooks`): in a thread with its own copies of all modules, for Node could not give the
 * compiler those that the program, which is just being loaded, has half loaded.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { CompiledScripts } from "./script.js";

/** What the thread is told. */
export interface Task {
  readonly file: string;
  readonly port: MessagePort;
  /** Its first element is no longer 0 when the answer is in the port. */
  readonly done: Int32Array;
}

export type Answer = { readonly result: CompiledScripts } | { readonly error: unknown };

/** Compiles `file`, and blocks until that is done. Throws what the compiler throws, without its class. */
export function compileInThread(file: string): CompiledScripts {
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Task = { file, port: port2, done };
  // Without the program's --import, which is what got us here.
  const options = { workerData, transferList: [port2], execArgv: [] };
  new Worker(new URL("./compile-worker.js", import.meta.url), options).unref();
  Atomics.wait(done, 0, 0);
  const answer = receiveMessageOnPort(port1)?.message as Answer;
  port1.close();
  if ("error" in answer) throw answer.error;
  return answer.result;
}
