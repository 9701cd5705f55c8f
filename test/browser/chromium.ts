/** Whether a real Chromium may be driven by tests, how to install it, and how to open a page in it. Free of vitest, for missing-peers.ts. */

import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";
import { arePeersRequired } from "../has-capnp.js";

const { CAPWIRE_CHROMIUM } = process.env;

/** Names that distributions and vendors give it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function find(): string | null {
  const candidates = CAPWIRE_CHROMIUM === undefined ? NAMES : [CAPWIRE_CHROMIUM];
  for (const name of candidates) {
    const { status, stdout } = spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  return null;
}

const executablePath = find();

export const INSTALL_CHROMIUM = "apt-get install chromium (CAPWIRE_CHROMIUM names one that is elsewhere)";

export const isChromiumInstalled: boolean = executablePath !== null;

/** Suites that need it are to be run; where it is required and missing, `launch` fails. */
export const hasChromium: boolean = isChromiumInstalled || arePeersRequired;

/** A headless Chromium. Throws if there is none. */
export function launch(): Promise<Browser> {
  if (executablePath === null) throw new Error(`Chromium is missing: ${INSTALL_CHROMIUM}`);
  // Its sandbox is not to be had by root in a container; the pages are ours.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
