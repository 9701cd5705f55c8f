/** The messages of the C++ tests' stories, compared with what C++ sends in them (golden.ts). */

import { describe, expect, test } from "vitest";
import { GOLDEN } from "./golden.js";
import { stage } from "./golden-objects.js";
import { STORIES } from "./golden-stories.js";
import type { Story } from "./pair.js";

/** What `sender` sent, in the notation of golden.ts. */
function sentBy(story: Story, sender: string): string[] {
  const head = new RegExp(`^${sender} → [^:]*: `);
  return story.transcript
    .filter((text) => head.test(text))
    .map((text) =>
      text
        .replace(head, "")
        .replace(/ method \d+/, "")
        .replace(/ (pipeline only|no pipelining|no finish needed|release params)/g, "")
        .replace(/(exception \w+): .*/, "$1")
        .replace(/to exception: .*/, "to exception"),
    );
}

const ours = (lines: readonly string[]) =>
  lines.filter((text) => !text.startsWith("- ")).map((text) => text.replace(/^\+ /, ""));
const changed = (lines: readonly string[]) => lines.some((text) => /^[-+] /.test(text));

describe("the messages of the C++ test", () => {
  test.each(GOLDEN)("$name", async ({ name, alice, bob }) => {
    const play = STORIES[name];
    if (!play) throw new Error("there is no such story");
    const scene = stage();
    await play(scene);
    await scene.story.finish();
    expect(sentBy(scene.story, "alice"), scene.story.describe()).toEqual(ours(alice));
    expect(sentBy(scene.story, "bob"), scene.story.describe()).toEqual(ours(bob));
  });

  test("are ours, or there is a reason", () => {
    const unexplained = GOLDEN.filter(
      ({ alice, bob, differences }) => (changed(alice) || changed(bob)) !== differences.length > 0,
    );
    expect(unexplained.map(({ name }) => name)).toEqual([]);
    expect(Object.keys(STORIES).sort()).toEqual(GOLDEN.map(({ name }) => name).sort());
  });
});
