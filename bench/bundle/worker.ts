/**
 * The process that measures how many bytes a browser loads for a library's codec adapter, and so for all that it uses of the library.
 * Usage: worker <compiled module exporting `codec`>
 */

import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { answerRequests } from "../answer-requests.js";

const [adapter = ""] = process.argv.slice(2);

// Node's own modules are left out: a browser has other ways to the little they are used for.
const { outputFiles } = buildSync({
  stdin: { contents: `export { codec } from ${JSON.stringify(adapter)};`, resolveDir: "." },
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  platform: "browser",
  external: ["node:*"],
  logLevel: "silent",
});
const kilobytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000;
await answerRequests(0, () => kilobytes);
