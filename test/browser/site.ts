/** A web site with the programs in `pages/`, bundled as an application would be, and an open tab for each test file. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launch } from "./chromium.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = `${root}test/browser/pages/`;
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { exports: Record<string, string> };

/** `capwire/…` as package.json exports it, from the sources: pages and what they share with tests must mean the same modules. */
const capwire: Plugin = {
  name: "capwire",
  setup({ onResolve }) {
    onResolve({ filter: /^capwire(\/|$)/ }, ({ path }) => {
      const entry = `.${path.slice("capwire".length)}`;
      const target = exports[entry] ?? exports["./std/*"]!.replace("*", entry.slice("./std/".length));
      return { path: target.replace("./dist/", `${root}src/`).replace(/\.js$/, ".ts") };
    });
  },
};

/** `pages/<name>.ts` and all it imports, for a browser. */
async function bundlePage(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${pages}${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
    // Browsers that know `using` are too few; applications translate it, and so do we.
    target: "es2022",
    platform: "browser",
    alias: { vitest: `${pages}expect.ts` },
    plugins: [capwire],
    sourcemap: "inline",
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

export class Site {
  readonly #server: Server;
  readonly #browser: Browser;
  readonly page: Page;
  /** What the page complained of without being asked: errors nobody caught, and lines on the console. */
  readonly complaints: string[] = [];

  private constructor(server: Server, browser: Browser, page: Page) {
    this.#server = server;
    this.#browser = browser;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error.stack ?? error)));
    page.on("console", (message) => this.complaints.push(message.text()));
  }

  /** Opens `name`; `others` are programs that it loads by itself, as `/<other>.js`. */
  static async open(name: string, ...others: string[]): Promise<Site> {
    const names = [name, ...others];
    const programs = await Promise.all(names.map(bundlePage));
    const files = new Map(names.map((each, i) => [`/${each}.js`, programs[i]!]));
    files.set(
      "/",
      `<!doctype html><title>${name}</title><link rel="icon" href="data:," /><script type="module" src="/${name}.js"></script>`,
    );
    const server = createServer(({ url = "/" }, response) => {
      const body = files.get(url);
      response.writeHead(body === undefined ? 404 : 200, {
        "content-type": url.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8",
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await launch();
    const site = new Site(server, browser, await browser.newPage());
    await site.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await site.page.waitForFunction("globalThis.isReady === true");
    return site;
  }

  /** Calls a function that the page keeps on `globalThis`. What it throws is thrown here, with its stack. */
  async call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.page.evaluate(
      ([name, args]) =>
        (globalThis as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[name]!(...args),
      [name, args] as const,
    );
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
