/** One attack in a process of its own, so that the memory it takes can be told: prints what each victim took. */

import { CapwireError } from "capwire";
import { ATTACKS } from "./attacks.js";

/** What a child prints, as JSON. */
export interface Outcome {
  readonly victim: string;
  /** Milliseconds, in code that was never run before. */
  readonly time: number;
  /** The most memory the process had until then, in bytes. */
  readonly peak: number;
  /** "done", the code of an error of capwire's, or "uncontrolled: …" with anything else that was thrown. */
  readonly result: string;
}

function run(victim: () => unknown): string {
  try {
    victim();
    return "done";
  } catch (error) {
    if (error instanceof CapwireError) return error.code;
    return `uncontrolled: ${error}`;
  }
}

function peak(): number {
  // In kilobytes.
  return process.resourceUsage().maxRSS * 1024;
}

const victims = ATTACKS[Number(process.argv[2])]?.victims ?? {};
const outcomes: Outcome[] = [{ victim: "nobody", time: 0, peak: peak(), result: "done" }];
for (const [victim, action] of Object.entries(victims)) {
  const start = performance.now();
  const result = run(action);
  outcomes.push({ victim, time: performance.now() - start, peak: peak(), result });
}
process.stdout.write(JSON.stringify(outcomes));
