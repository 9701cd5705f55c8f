/** Whether a test exists that a list names: "file: title", or the beginning of a title; what varies in it is in angle brackets. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const tests = fileURLToPath(new URL("../", import.meta.url));

/** `named`'s file lies in test/rpc unless it says another folder: "hostile: an Abort ends", "fuzz/found: an address told". */
export function hasTest(named: string): boolean {
  const at = named.indexOf(": ");
  const path = named.slice(0, at);
  const file = `${tests}${path.includes("/") ? path : `rpc/${path}`}.test.ts`;
  if (!existsSync(file)) return false;
  const text = readFileSync(file, "utf8");
  const title = named.slice(at + 2).replace(/<(\w+)>/g, "$${$1}");
  return ["test(", "it(", "])("].some((call) => ['"', "`"].some((quote) => text.includes(`${call}${quote}${title}`)));
}
