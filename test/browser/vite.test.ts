/** The address book example in a real Chromium, served by Vite: it runs, says what is wrong with its schema, and loads again once that is mended. */

import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capwire } from "../../src/loader/node/vite.js";
import { Project } from "../loader/project.js";
import { hasChromium, INSTALL_CHROMIUM, launch } from "./chromium.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/address-book", import.meta.url));
const OUTPUT = ["Ada, at MIT: 555-1212 (mobile)", "Grace, working for the Navy: 555-7654 (work), 555-3456 (mobile)"];

describe.skipIf(!hasChromium)(`a page of Vite's in Chromium (${INSTALL_CHROMIUM})`, () => {
  let project: Project;
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  /** What the program wrote to the console; Vite's own lines are left out. */
  const lines: string[] = [];

  beforeAll(async () => {
    project = new Project();
    cpSync(EXAMPLE, project.root, { recursive: true });
    server = await createServer({
      root: project.root,
      configFile: false,
      logLevel: "silent",
      plugins: [capwire()],
      server: { host: "127.0.0.1", port: 0, strictPort: false },
    });
    await server.listen();
    browser = await launch();
    page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "log") lines.push(message.text());
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    project?.remove();
  });

  it("runs the program", async () => {
    await page.goto(server.resolvedUrls!.local[0]!);
    await expect.poll(() => lines.splice(0), { timeout: 20_000 }).toEqual(OUTPUT);
  }, 30_000);

  it("shows what is wrong with the schema and where", async () => {
    const schema = project.read("addressbook.capnp");
    project.write({ "addressbook.capnp": schema.replace("phones @1 :List(Phone)", "phones @1 :List(Fone)") });
    const overlay = page.locator("vite-error-overlay");
    await overlay.waitFor({ timeout: 20_000 });
    const text = await overlay.locator(".window").textContent();
    expect(text).toContain("Fone");
    expect(text).toMatch(/addressbook\.capnp:10:19/);
    project.write({ "addressbook.capnp": schema });
    await expect.poll(() => lines.splice(0), { timeout: 20_000 }).toEqual(OUTPUT);
    expect(await overlay.count()).toBe(0);
  }, 60_000);
});
