/** The thread of compile-in-thread.ts: compiles one schema, answers, and ends. */

import { workerData } from "node:worker_threads";
import type { Answer, Task } from "./compile-in-thread.js";

const { file, port, done } = workerData as Task;
try {
  const { compileScripts } = await import("./script.js");
  port.postMessage({ result: compileScripts(file) } satisfies Answer);
} catch (error) {
  port.postMessage({ error } satisfies Answer);
} finally {
  // Who waits for it waits for nothing else.
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}
