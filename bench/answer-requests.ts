/**
 * The measured process's half of the conversation with the harness (participant.ts has the other, cpp/sampling.h the same in C++,
 * python/sampling.py in Python): one request per line of standard input, `<bench> <seconds>`; one JSON object per line of standard output,
 * `{"value":…}` or `{"error":"…"}`. `check <bench>` asks for a number that tells what the bench's work gave, the same for everybody who
 * does the same work. The end of standard input ends the process, so none outlives the harness.
 */

import { createInterface } from "node:readline";

/** Says that this process is ready (a server also says on which port) and answers requests, one at a time, until the harness is done. */
export async function answerRequests(
  port: number,
  sample: (bench: string, seconds: number) => number | Promise<number>,
  check?: (bench: string) => number,
): Promise<never> {
  say({ ready: true, port });
  for await (const line of createInterface({ input: process.stdin })) {
    const [first = "", second = "0"] = line.split(" ");
    try {
      say({ value: first === "check" && check ? check(second) : await sample(first, Number(second)) });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  process.exit(0);
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
