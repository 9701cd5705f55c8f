/**
 * The measured process's half of the conversation with the harness (participant.ts has the other, cpp/sampling.h the same in C++): one
 * request per line of standard input, `<bench> <seconds>`; one JSON object per line of standard output, `{"value":…}` or
 * `{"error":"…"}`. The end of standard input ends the process, so none outlives the harness.
 */

import { createInterface } from "node:readline";

/** Says that this process is ready (a server also says on which port) and answers requests, one at a time, until the harness is done. */
export async function answerRequests(
  port: number,
  sample: (bench: string, seconds: number) => number | Promise<number>,
): Promise<never> {
  say({ ready: true, port });
  for await (const line of createInterface({ input: process.stdin })) {
    const [bench = "", seconds = "0"] = line.split(" ");
    try {
      say({ value: await sample(bench, Number(seconds)) });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  process.exit(0);
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
