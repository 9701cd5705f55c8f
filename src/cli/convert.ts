/** `capwire convert`, and `encode` and `decode`, which are what `convert` used to be: messages from one format to another. */

import type { StructSchema } from "../schema/index.js";
import { chunksOf } from "../streams/byte-source.js";
import type { StructReader } from "../wire/index.js";
import { HELP_OPTIONS, integerOption, parseArguments, SCHEMA_HELP, SCHEMA_OPTIONS } from "./arguments.js";
import {
  FORMAT_HELP,
  FORMATS,
  type Format,
  needsSchema,
  readStructs,
  structWriter,
  type WriteOptions,
} from "./format.js";
import { StandardOutput } from "./output.js";
import { guessFormat, plausibility } from "./plausible.js";
import { loadType } from "./root-type.js";
import { printWarning } from "./terminal.js";
import { BadArguments, BadInput } from "./usage.js";

const CONVERT_USAGE = `Usage: capwire convert [options] <from>:<to> [<schema-file> <type>]

Converts a stream of messages from standard input to standard output, of any length, one
message at a time. The schema is needed for text and json; <type> is a struct, which may be
nested and have type arguments.

${FORMAT_HELP}

Options:
${SCHEMA_HELP}
      --quiet                 no warnings about input that looks like another format
      --segment-size <words>  size of the segments of binary and packed output
      --short                 text and json on one line per message
  -h, --help                  show this text

Examples:
  capwire convert binary:json addressbook.capnp AddressBook < book.bin
  capwire convert --short packed:text map.capnp 'Map(Text, Person).Entry' < entries.packed
  capwire convert binary:packed < book.bin > book.packed
  echo '{"people": []}' | capwire convert json:canonical addressbook.capnp AddressBook
`;

const DECODE_USAGE = `Usage: capwire decode [options] <schema-file> <type>

Prints the messages of a stream as text. Short for \`capwire convert binary:text\`.

Options:
${SCHEMA_HELP}
      --flat                  the input is one segment without a table
  -p, --packed                the input is packed
      --quiet                 no warnings about input that looks like another format
      --short                 one line per message
  -h, --help                  show this text

Examples:
  capwire decode addressbook.capnp AddressBook < book.bin
  capwire decode --packed --short addressbook.capnp AddressBook < book.packed
`;

const ENCODE_USAGE = `Usage: capwire encode [options] <schema-file> <type>

Makes messages from text: (name = "x", list = [1, 2]) … Short for \`capwire convert text:binary\`.

Options:
${SCHEMA_HELP}
      --flat                  write one segment without a table
  -p, --packed                write packed
      --quiet                 no warnings about input that looks like another format
      --segment-size <words>  size of the segments of the output
  -h, --help                  show this text

Examples:
  echo '(people = [(id = 1, name = "Alice")])' | capwire encode addressbook.capnp AddressBook > book.bin
  capwire encode --packed addressbook.capnp AddressBook < book.txt > book.packed
`;

const OPTIONS = {
  ...SCHEMA_OPTIONS,
  ...HELP_OPTIONS,
  quiet: { type: "boolean" },
  short: { type: "boolean" },
  "segment-size": { type: "string" },
} as const;

const OLD_OPTIONS = {
  ...OPTIONS,
  flat: { type: "boolean" },
  packed: { type: "boolean", short: "p" },
  binary: { type: "boolean", short: "b" },
} as const;

interface Conversion extends WriteOptions {
  readonly from: Format;
  readonly to: Format;
  readonly schema: StructSchema | undefined;
  readonly quiet: boolean;
}

/** Runs `convert`. The exit code: 0, or 1 if a schema or a message is wrong. */
export async function convertCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("convert", args, OPTIONS);
  if (values.help) return help(CONVERT_USAGE);
  const [conversion, file, type, ...rest] = positionals;
  if (conversion === undefined) throw new BadArguments("there is no <from>:<to>", "capwire convert --help");
  const [from, to] = parseConversion(conversion);
  if (rest.length > 0) throw new BadArguments(`${JSON.stringify(rest[0])} is too much`, "capwire convert --help");
  return run("convert", { from, to, file, type }, values);
}

export async function decodeCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("decode", args, OLD_OPTIONS);
  if (values.help) return help(DECODE_USAGE);
  const [file, type] = twoArguments("decode", positionals);
  return run("decode", { from: oldFormat("decode", values), to: "text", file, type }, values);
}

export async function encodeCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("encode", args, OLD_OPTIONS);
  if (values.help) return help(ENCODE_USAGE);
  const [file, type] = twoArguments("encode", positionals);
  return run("encode", { from: "text", to: oldFormat("encode", values), file, type }, values);
}

function help(text: string): number {
  process.stdout.write(text);
  return 0;
}

function twoArguments(command: string, positionals: readonly string[]): [string, string] {
  const [file, type, ...rest] = positionals;
  if (file !== undefined && type !== undefined && rest.length === 0) return [file, type];
  throw new BadArguments("a schema file and a type are needed, and nothing else", `capwire ${command} --help`);
}

function parseConversion(conversion: string): [Format, Format] {
  const [from, to, ...rest] = conversion.split(":");
  if (to === undefined || rest.length > 0) {
    throw new BadArguments(`${JSON.stringify(conversion)} is not <from>:<to>`, "capwire convert --help");
  }
  return [formatNamed(from!, "convert"), formatNamed(to, "convert")];
}

/** The format of that name. Throws BadArguments. */
export function formatNamed(name: string, command: string): Format {
  const format = FORMATS.find((each) => each === name);
  if (format) return format;
  throw new BadArguments(
    `there is no format ${JSON.stringify(name)}: ${FORMATS.join(", ")}`,
    `capwire ${command} --help`,
  );
}

interface OldFormatFlags {
  readonly flat?: boolean | undefined;
  readonly packed?: boolean | undefined;
  readonly binary?: boolean | undefined;
}

/** The format that --flat, --packed and --binary say together. Throws BadArguments for a contradiction. */
export function oldFormat<F extends Format>(command: string, flags: OldFormatFlags, otherwise?: F): F | Format {
  const { flat, packed, binary } = flags;
  if (binary && (flat || packed)) {
    throw new BadArguments("--binary goes with neither --flat nor --packed", `capwire ${command} --help`);
  }
  if (flat) return packed ? "flat-packed" : "flat";
  if (packed) return "packed";
  return binary ? "binary" : (otherwise ?? "binary");
}

interface Values {
  readonly "import-path"?: string[] | undefined;
  readonly "no-standard-import"?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly short?: boolean | undefined;
  readonly "segment-size"?: string | undefined;
}

interface Target {
  readonly from: Format;
  readonly to: Format;
  readonly file: string | undefined;
  readonly type: string | undefined;
}

async function run(command: string, { from, to, file, type }: Target, values: Values): Promise<number> {
  const segmentWords = integerOption(command, "segment-size", values["segment-size"]);
  const needing = [from, to].find(needsSchema);
  if (type === undefined && needing) {
    throw new BadArguments(`${needing} needs a schema file and a type`, `capwire ${command} --help`);
  }
  let schema: StructSchema | undefined;
  if (file !== undefined && type !== undefined) {
    const importPath = values["import-path"] ?? [];
    schema = loadType({ file, importPath, standardImports: !values["no-standard-import"] }, type);
    if (!schema) return 1;
  }
  await convert({ from, to, schema, segmentWords, short: values.short ?? false, quiet: values.quiet ?? false });
  return 0;
}

async function convert(conversion: Conversion): Promise<void> {
  const { from, to, schema, quiet } = conversion;
  const write = structWriter(to, schema, conversion);
  const output = new StandardOutput();
  const input = quiet ? chunksOf(process.stdin) : checkedInput(from, schema);
  try {
    for await (const struct of readStructs(input, from, schema)) {
      await output.write(written(struct, write));
      if (output.isClosed) break;
    }
  } finally {
    // What was converted before an error is good.
    await output.flush();
  }
}

/** One message's bytes. Throws BadInput for one of which no string or buffer can hold them: a few bytes can say "half a billion voids". */
function written(struct: StructReader, write: (struct: StructReader) => Uint8Array): Uint8Array {
  try {
    return write(struct);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(`a message is too large to be written: ${error.message}`);
    throw error;
  }
}

/** Standard input, whose beginning is looked at before anything is made of it. */
async function* checkedInput(format: Format, schema: StructSchema | undefined): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunksOf(process.stdin)) {
    if (isFirst) checkPlausible(format, chunk.subarray(0, 8192), schema);
    isFirst = false;
    yield chunk;
  }
}

function checkPlausible(format: Format, prefix: Uint8Array, schema: StructSchema | undefined): void {
  const found = plausibility(format, prefix, schema);
  if (found === "plausible") return;
  if (found === "wrong-type") {
    printWarning("the input does not look like the type that was named (--quiet for no warning)");
    return;
  }
  const guess = guessFormat(prefix, schema);
  const hint = guess ? `; it looks like ${guess}` : "";
  if (found === "impossible") throw new BadInput(`the input is not in ${format} format${hint}`);
  printWarning(`the input does not look like ${format} format${hint} (--quiet for no warning)`);
}
