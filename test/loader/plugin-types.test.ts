/** The plugin is one of Vite's, by its shape: `npm run check` is the judge. */

import { defineConfig, type Plugin } from "vite";
import { expect, it } from "vitest";
import capwireByDefault, { capwire } from "../../src/loader/node/vite.js";

it("fits Vite's types", () => {
  const plugin: Plugin = capwire();
  defineConfig({ plugins: [capwire({ dts: true, importPath: ["schemas"] })] });
  expect(plugin.name).toBe("capwire");
  expect(capwireByDefault).toBe(capwire);
});
