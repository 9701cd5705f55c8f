/** `capwire id`: a new unique id for a schema file or a declaration. */

import { randomFillSync } from "node:crypto";
import { formatId, generateId } from "../compiler/index.js";
import { HELP_OPTIONS, parseArguments } from "./arguments.js";
import { BadArguments } from "./usage.js";

const USAGE = `Usage: capwire id

Prints a new random 64-bit id, to begin a schema file with: every file needs one.

Example:
  echo "$(capwire id);" > new.capnp
`;

export async function idCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("id", args, HELP_OPTIONS);
  if (positionals.length > 0) throw new BadArguments("id takes no arguments", "capwire id --help");
  process.stdout.write(values.help ? USAGE : `@${formatId(generateId(randomFillSync))}\n`);
  return 0;
}
