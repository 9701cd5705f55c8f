/** Parsing of command lines, and the options that several commands have. */

import { type ParseArgsConfig, parseArgs } from "node:util";
import { BadArguments } from "./usage.js";

/** Where schemas are looked for. */
export const SCHEMA_OPTIONS = {
  "import-path": { type: "string", short: "I", multiple: true },
  "no-standard-import": { type: "boolean" },
} as const;

export const HELP_OPTIONS = {
  help: { type: "boolean", short: "h" },
} as const;

export const SCHEMA_HELP = `  -I, --import-path <dir>     look for imports that begin with / here; repeatable
      --no-standard-import    don't find /capnp/*.capnp unless they are on the import path`;

type Options = NonNullable<ParseArgsConfig["options"]>;
/** What `parseArgs` makes of the options `O`. */
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>>;

/** Parses `args`. Throws BadArguments, which points to the command's help. */
export function parseArguments<const O extends Options>(
  command: string,
  args: readonly string[],
  options: O,
): Parsed<O> {
  try {
    return parseArgs<{ args: string[]; options: O; allowPositionals: true }>({
      args: [...args],
      options,
      allowPositionals: true,
    });
  } catch (error) {
    // parseArgs throws TypeErrors that say what is wrong with the arguments.
    if (error instanceof TypeError) throw new BadArguments(error.message, `capwire ${command} --help`);
    throw error;
  }
}

/** An integer option, decimal, hexadecimal or octal as in C. Throws BadArguments. */
export function integerOption(command: string, name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const octal = /^0[0-7]+$/.test(value);
  const number = octal
    ? Number.parseInt(value, 8)
    : /^(0[xX][\da-fA-F]+|\d+)$/.test(value)
      ? Number(value)
      : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new BadArguments(`--${name}=${value}: not an integer`, `capwire ${command} --help`);
}
