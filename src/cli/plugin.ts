#!/usr/bin/env node
/** `capnpc-capwire`: the same generator as a plugin of the C++ tool, `capnp compile -ocapwire …`. Reads a request, writes files below the working directory. */

import { decodeRequest, generate } from "../codegen/index.js";
import { CapwireError } from "../errors.js";
import { readStandardInput, writeWithDirectories } from "./files.js";

try {
  const request = decodeRequest(await readStandardInput());
  // The C++ tool has made the output directory the working directory.
  for (const file of generate(request)) writeWithDirectories(file.path, file.text);
} catch (error) {
  if (!(error instanceof CapwireError)) throw error;
  process.stderr.write(`capnpc-capwire: ${error.message}\n`);
  process.exitCode = 1;
}
