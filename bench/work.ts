/** Work: what a process of one bench does again and again, and how the harness makes sure that all contenders do the same. */

import { answerRequests } from "./answer-requests.js";
import { rate } from "./rate.js";

export interface Work {
  /** Once; what is timed. */
  run(): unknown;
  /** What `run` gave, as a number: a sum or a checksum that is the same for everybody who does the same work. */
  check(): number;
  /** What one run per second is in the bench's unit; 1 unless given. */
  readonly perRun?: number;
}

/** By bench. A function makes what the work needs beforehand, which is not timed. */
export type Works = Readonly<Record<string, () => Work>>;

/** Answers the harness with samples of `works`, for a process that does nothing else. */
export function serveWorks(works: Works): Promise<never> {
  const made = new Map<string, Work>();
  const workFor = (bench: string): Work => {
    let work = made.get(bench);
    if (!work) {
      const make = works[bench];
      if (!make) throw new Error(`no bench named ${bench}`);
      work = make();
      made.set(bench, work);
    }
    return work;
  };
  return answerRequests(
    0,
    (bench, seconds) => {
      const { run, perRun = 1 } = workFor(bench);
      return rate(seconds, run) * perRun;
    },
    (bench) => workFor(bench).check(),
  );
}
