/** `capwire eval`: the value of a constant, of a field's default, or of something within. */

import { JsonCodec, printJson } from "../json/index.js";
import { type AnySchema, type ConstSchema, fieldAccess, type SchemaType } from "../schema/index.js";
import { rawTypes } from "../schema/raw-types.js";
import { printTextValue } from "../text/index.js";
import { AnyPointerReader, ListReader, type StructReader } from "../wire/index.js";
import { HELP_OPTIONS, integerOption, parseArguments, SCHEMA_HELP, SCHEMA_OPTIONS } from "./arguments.js";
import { formatNamed, oldFormat } from "./convert.js";
import { writeStandardOutput } from "./files.js";
import { FORMAT_HELP, structWriter } from "./format.js";
import { loadFile } from "./root-type.js";
import { BadArguments, BadInput } from "./usage.js";

const USAGE = `Usage: capwire eval [options] <schema-file> <name>

Prints a value that a schema file defines: of a constant, of a field (its default), of a field
or list element within. The formats other than text and json are for structs only.

${FORMAT_HELP}

Options:
${SCHEMA_HELP}
  -o, --output <format>       default: text
  -b, --binary                the same as -o binary
  -p, --packed                the same as -o packed; with --flat, -o flat-packed
      --flat                  the same as -o flat
      --segment-size <words>  size of the segments of binary and packed output
      --short                 text and json on one line
  -h, --help                  show this text

Examples:
  capwire eval config.capnp production
  capwire eval config.capnp production.servers[0].port
  capwire eval -o json config.capnp production
  capwire eval --binary config.capnp production > config.bin
`;

const OPTIONS = {
  ...SCHEMA_OPTIONS,
  ...HELP_OPTIONS,
  output: { type: "string", short: "o" },
  binary: { type: "boolean", short: "b" },
  packed: { type: "boolean", short: "p" },
  flat: { type: "boolean" },
  short: { type: "boolean" },
  "segment-size": { type: "string" },
} as const;

/** A value, as reading its type gives it. */
interface Typed {
  readonly type: SchemaType;
  readonly value: unknown;
}

/** One step of a name: `servers[0]`. */
interface Part {
  readonly name: string;
  readonly subscripts: readonly number[];
}

export async function evalCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("eval", args, OPTIONS);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [file, name, ...rest] = positionals;
  if (file === undefined || name === undefined || rest.length > 0) {
    throw new BadArguments("a schema file and a name are needed, and nothing else", "capwire eval --help");
  }
  const format = oldFormat("eval", values, formatNamed(values.output ?? "text", "eval"));
  const segmentWords = integerOption("eval", "segment-size", values["segment-size"]);
  const parts = parseName(name);
  const importPath = values["import-path"] ?? [];
  const schema = loadFile({ file, importPath, standardImports: !values["no-standard-import"] });
  if (!schema) return 1;
  const { type, value } = evaluate(schema, parts);
  const short = values.short ?? false;
  if (type.kind === "struct") {
    await writeStandardOutput(structWriter(format, type.schema, { short, segmentWords })(value as StructReader));
    return 0;
  }
  await writeStandardOutput(Buffer.from(`${print(format, type, value, !short)}\n`));
  return 0;
}

function print(format: string, type: SchemaType, value: unknown, pretty: boolean): string {
  if (format === "text") return printTextValue(value, type, { pretty });
  if (format === "json") return printJson(new JsonCodec().valueToJson(value, type), { pretty });
  throw new BadInput("that is not a struct; only structs have a binary form");
}

function parseName(name: string): Part[] {
  return name.split(".").map((part) => {
    const match = /^([A-Za-z_]\w*)((?:\[\d+\])*)$/.exec(part);
    if (!match) throw new BadArguments(`${JSON.stringify(name)} is no name of a value`, "capwire eval --help");
    return { name: match[1]!, subscripts: [...match[2]!.matchAll(/\d+/g)].map(([digits]) => Number(digits)) };
  });
}

/** What `parts` name: first declarations, each within the other, then fields and elements of the last one's value. */
function evaluate(file: AnySchema, parts: readonly Part[]): Typed {
  let schema = file;
  let index = 0;
  let subscripts: readonly number[] = [];
  while (index < parts.length && subscripts.length === 0) {
    const nested = schema.nested.find((each) => each.shortName === parts[index]!.name);
    if (!nested) break;
    schema = nested;
    subscripts = parts[index++]!.subscripts;
  }
  const name = schema.shortName;
  const rest = parts.slice(index);
  if (schema.kind === "const") {
    return within(elementOf(constant(schema), name, subscripts), rest, name);
  }
  if (subscripts.length > 0) throw new BadInput(`${name} is no list`);
  if (rest.length === 0) throw new BadInput(`${name} is no value`);
  if (schema.kind === "struct") {
    // A field of a struct of which nothing is set is its default, whichever member of a union is active.
    const field = schema.findField(rest[0]!.name);
    if (!field) throw new BadInput(`${name} has no member ${rest[0]!.name}`);
    const value = fieldAccess(field, rawTypes).read.call(rawTypes.struct(schema).zero());
    const first = elementOf({ type: field.type, value }, field.name, rest[0]!.subscripts);
    return within(first, rest.slice(1), field.name);
  }
  throw new BadInput(`${rest[0]!.name} is not defined${schema.kind === "file" ? "" : ` in ${name}`}`);
}

function constant({ type, value }: ConstSchema): Typed {
  if (value instanceof AnyPointerReader) return { type, value: value.as(rawTypes.of(type)) };
  return { type, value: type.kind === "enum" ? (type.schema.names[Number(value)] ?? value) : value };
}

function within(start: Typed, parts: readonly Part[], startName: string): Typed {
  let current = start;
  let name = startName;
  for (const part of parts) {
    const { type, value } = current;
    if (type.kind !== "struct") throw new BadInput(`${name} is no struct`);
    const field = type.schema.findField(part.name);
    if (!field) throw new BadInput(`${name} has no member ${part.name}`);
    const struct = value as StructReader;
    if (field.discriminant !== null && !type.schema.isActive(field, struct)) {
      const active = type.schema.which(struct)?.name ?? "another";
      throw new BadInput(`${name} does not have ${part.name} set but ${active}`);
    }
    current = { type: field.type, value: fieldAccess(field, rawTypes).read.call(struct) };
    current = elementOf(current, part.name, part.subscripts);
    name = part.name;
  }
  return current;
}

function elementOf(start: Typed, name: string, subscripts: readonly number[]): Typed {
  let { type, value } = start;
  let path = name;
  for (const subscript of subscripts) {
    if (type.kind !== "list") throw new BadInput(`${path} is no list`);
    const list = value as ListReader<unknown> | ArrayLike<unknown>;
    path += `[${subscript}]`;
    if (subscript >= list.length) throw new BadInput(`${path} is out of bounds: the list has ${list.length} elements`);
    value = list instanceof ListReader ? list.at(subscript) : list[subscript];
    type = type.element;
  }
  return { type, value };
}
