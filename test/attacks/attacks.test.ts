/** Amplification: a few bytes cost their reader bounded time and memory, whatever it does with them. Prints what each attack cost. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ATTACKS } from "./attacks.js";
import { type Damage, prepare, suffer } from "./measure.js";

/** What no victim may exceed, on a machine that may be busy. */
const LONGEST_MS = 40_000;
const MOST_MEMORY = 1.25 * 2 ** 30;

const damages: Damage[] = [];

beforeAll(prepare);

afterAll(() => {
  const rows = damages.map(({ what, sent, memory, worst, outcomes }) => {
    const results = [...new Set(outcomes.map(({ result }) => result))].join(", ");
    return [what, bytes(sent), `${worst.time.toFixed(0)} ms (${worst.victim})`, bytes(memory), results];
  });
  const table = [["attack", "sent", "longest", "memory", "outcome"], ["---", "--:", "--:", "--:", "---"], ...rows];
  console.log(table.map((row) => `| ${row.join(" | ")} |`).join("\n"));
});

function bytes(count: number): string {
  if (count < 10_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1024).toFixed(0)} KiB`;
  return `${(count / 2 ** 20).toFixed(0)} MiB`;
}

describe("an attack by", () => {
  it.each(ATTACKS.map((attack, index) => [attack.what, attack, index] as const))(
    "%s ends soon, in bounded memory, and in no error but ours",
    async (_, attack, index) => {
      const damage = await suffer(attack, index);
      damages.push(damage);
      for (const { victim, time, result } of damage.outcomes) {
        expect([victim, result]).toEqual([victim, expect.not.stringContaining("uncontrolled")]);
        expect(time, victim).toBeLessThan(LONGEST_MS);
      }
      expect(damage.memory).toBeLessThan(MOST_MEMORY);
    },
    130_000,
  );
});
