/** Everything that needs no connection gives in a real Chromium what it gives in Node, where other suites compare it with C++. */

import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCHEMAS } from "../capnp-tool.js";
import { hasChromium, INSTALL_CHROMIUM } from "./chromium.js";
import { digest } from "./pages/data.js";
import { Site } from "./site.js";

describe.skipIf(!hasChromium)(`a page in Chromium (${INSTALL_CHROMIUM})`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open("data");
  }, 60_000);
  afterAll(() => site?.close());

  it("compiles, writes, packs, prints, reads and refuses what Node does, to the byte and the letter", async () => {
    const files = readdirSync(SCHEMAS).filter((name) => name.endsWith(".capnp"));
    const sources = Object.fromEntries(files.map((name) => [name, readFileSync(SCHEMAS + name, "utf8")]));
    const here = await digest(sources);
    const there = await site.call("digest", sources);
    expect(Object.keys(here).length).toBeGreaterThan(3000);
    expect(there).toEqual(here);
    expect(site.complaints).toEqual([]);
  }, 60_000);
});
