/** Every story, in the order in which the C++ client tells them. */

import type { Scenario } from "../stage.js";
import { CALL_SCENARIOS } from "./calls.js";
import { OBJECT_SCENARIOS } from "./objects.js";
import { PROMISE_SCENARIOS } from "./promises.js";
import { VALUE_SCENARIOS } from "./values.js";

export const SCENARIOS: readonly Scenario[] = [
  ...VALUE_SCENARIOS,
  ...OBJECT_SCENARIOS,
  ...PROMISE_SCENARIOS,
  ...CALL_SCENARIOS,
];

/** What the C++ client calls this story. */
export function nameOf(scenario: Scenario): string {
  return scenario.title.replaceAll(" ", "-");
}
