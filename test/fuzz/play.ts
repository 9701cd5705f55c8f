/** Plays a list of actions, as found.test.ts does with what failed once. */

import type { Action } from "./actions.js";
import { Violation, World } from "./world.js";

/** Plays `actions` in a new world and ends it. Throws Violation. */
export function play(
  size: number,
  actions: readonly Action[],
  options: { evil?: boolean; scarce?: boolean; verbose?: boolean } = {},
): World {
  const world = new World(size, options.evil ?? false, options.scarce ?? false);
  world.network.verbose = options.verbose ?? false;
  try {
    for (const action of actions) world.perform(action);
    world.finish();
  } catch (error) {
    if (error instanceof Violation && world.network.verbose)
      error.message += `\n${world.network.transcript.join("\n")}`;
    throw error;
  }
  return world;
}
