/** One randomised run from its seed; a failing one is shortened and printed as a test. */

import { turns } from "../../src/cap/turn.js";
import { type Action, printActions } from "./actions.js";
import { Generator } from "./generator.js";
import { play } from "./play.js";
import { Random } from "./random.js";
import { Violation, World } from "./world.js";

export interface RunOptions {
  /** How many vats; by the seed if absent. */
  readonly vats?: number;
  /** How many actions before everything is ended. */
  readonly steps?: number;
  /** Whether a malicious vat takes part, and whether links are cut; by the seed if absent. */
  readonly evil?: boolean;
  readonly cuts?: boolean;
  /** Whether tables are so small that they overflow. */
  readonly scarce?: boolean;
  /** Whether there are objects that shorten paths, membranes, and streaming calls. */
  readonly detours?: boolean;
  readonly membranes?: boolean;
  readonly streams?: boolean;
}

export interface Failure {
  readonly seed: number;
  readonly size: number;
  readonly evil: boolean;
  readonly scarce: boolean;
  readonly actions: readonly Action[];
  readonly message: string;
}

export interface RunResult {
  readonly actions: number;
  readonly messages: number;
  readonly failure: Failure | null;
}

const DEFAULT_STEPS = 250;

/** Plays the run of `seed`. */
export function run(seed: number, options: RunOptions = {}): RunResult {
  const random = new Random(seed);
  const size = options.vats ?? (random.pick([2, 2, 2, 3, 3, 4, 5]) as number);
  const evil = options.evil ?? random.chance(0.2);
  const cuts = options.cuts ?? random.chance(0.15);
  const scarce = options.scarce ?? random.chance(0.1);
  const more = random.chance(0.4);
  // What a malicious vat makes of a detour may lead anywhere, and back to that.
  const detours = options.detours ?? (!evil && more && random.chance(0.6));
  const membranes = options.membranes ?? (more && random.chance(0.6));
  const streams = options.streams ?? (more && random.chance(0.6));
  const generator = new Generator(random, { evil, cuts, detours, membranes, streams });
  const world = new World(size, evil, scarce);
  const actions: Action[] = [];
  try {
    for (let step = options.steps ?? DEFAULT_STEPS; step > 0; step--) {
      const action = generator.next(world);
      actions.push(action);
      world.perform(action);
    }
    world.finish();
  } catch (error) {
    abandonTurns();
    return result(world, { seed, size, evil, scarce, actions, message: describe(error) });
  }
  return result(world, null);
}

function result({ actions, network }: World, failure: Failure | null): RunResult {
  return { actions, messages: network.messages, failure };
}

/** What a failed run left to be delivered would run in the next one. */
function abandonTurns(): void {
  turns.onError = () => {};
  turns.drain();
}

/** The shortest list of actions found that fails in the same way. */
export function shorten(failure: Failure, deadline: number): Failure {
  let { actions, message } = failure;
  const symptom = kindOf(message);
  for (let size = actions.length >> 1; size >= 1; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < actions.length && Date.now() < deadline; ) {
      const fewer = [...actions.slice(0, at), ...actions.slice(at + size)];
      const problem = attempt(failure, fewer);
      if (problem !== null && kindOf(problem) === symptom) {
        actions = fewer;
        message = problem;
      } else {
        at += size;
      }
    }
  }
  return { ...failure, actions, message };
}

function attempt({ size, evil, scarce }: Failure, actions: readonly Action[]): string | null {
  try {
    play(size, actions, { evil, scarce });
    return null;
  } catch (error) {
    abandonTurns();
    return describe(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return String(error instanceof Error ? error.stack : error);
}

/** A problem without its numbers and names. */
function kindOf(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/\d+/g, "#").slice(0, 60);
}

/** `failure` as a test to be put into test/fuzz/found.test.ts. */
export function printTest({ seed, size, evil, scarce, actions, message }: Failure): string {
  const set = [evil ? "evil: true" : "", scarce ? "scarce: true" : ""].filter((option) => option !== "");
  const options = set.length > 0 ? `, { ${set.join(", ")} }` : "";
  return [
    `// ${message.split("\n")[0]}`,
    `test("seed ${seed}: say here what went wrong", () => {`,
    `  play(${size}, [`,
    printActions(actions).replace(/^/gm, "  "),
    `  ]${options});`,
    "});",
  ].join("\n");
}

/** The messages of `failure`, up to where it fails. */
export function transcriptOf({ size, evil, scarce, actions }: Failure): string {
  try {
    play(size, actions, { evil, scarce, verbose: true });
    return "it does not fail any more";
  } catch (error) {
    abandonTurns();
    return error instanceof Error ? error.message : String(error);
  }
}
