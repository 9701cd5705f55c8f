/**
 * The large schema of the compile benches: 2,000 structs with ten fields each, always the same. It has what schemas have: every kind of type,
 * references between structs, nested declarations, unions, groups, defaults, enums, generics, annotations and comments.
 */

export const STRUCTS = 2000;
export const FIELDS_PER_STRUCT = 10;
export const FIELDS = STRUCTS * FIELDS_PER_STRUCT;

const SCALARS = [
  "Bool",
  "Int8",
  "Int16",
  "Int32",
  "Int64",
  "UInt8",
  "UInt16",
  "UInt32",
  "UInt64",
  "Float32",
  "Float64",
];
const DEFAULTS: Readonly<Record<string, string>> = {
  Bool: "true",
  Int32: "-12345",
  UInt64: "0xfeedfacecafebeef",
  Float64: "6.25e-3",
  Text: '"none given"',
};

/** The text of the schema file. */
export function makeSchema(): string {
  const lines = [
    "@0xe7ac24e5a3d1b0f4;",
    "# A schema as large as a company's: made, not written.",
    "",
    "annotation unit @0xc2fe4c6d100166d0 (field) :Text;",
    "const limit :UInt32 = 4096;",
    "struct Pair(Left, Right) { left @0 :Left; right @1 :Right; }",
  ];
  for (let i = 0; i < STRUCTS; i++) lines.push("", ...struct(i));
  return `${lines.join("\n")}\n`;
}

function struct(i: number): string[] {
  const lines = [`struct Record${i} {`, `  # Record number ${i} of ${STRUCTS}.`];
  for (let ordinal = 0; ordinal < 6; ordinal++) lines.push(`  ${field(`value${ordinal}`, ordinal, i)}`);
  lines.push(
    "  state :union {",
    "    idle @6 :Void;",
    `    ${field("running", 7, i)}`,
    "    failed :group {",
    "      code @8 :Int32;",
    "      # What the device said.",
    `      kind @9 :${i % 3 === 0 ? "Kind" : "Text"};`,
    "    }",
    "  }",
  );
  if (i % 3 === 0) lines.push(`  enum Kind { unknown @0; device @1; operator${i} @2; }`);
  if (i % 20 === 0) lines.push(`  const first :Record${i} = (value0 = ${value(typeOf(i, 0))});`);
  lines.push("}");
  return lines;
}

/** A field whose type depends on both numbers, some with defaults, some annotated, some documented. */
function field(name: string, ordinal: number, i: number): string {
  const type = typeOf(i, ordinal);
  const value = (i + ordinal) % 4 === 0 && type in DEFAULTS ? ` = ${DEFAULTS[type]}` : "";
  const annotation = (i + ordinal) % 7 === 0 ? ' $unit("m/s")' : "";
  const comment = ordinal % 3 === 0 ? `  # What is known of ${name}.` : "";
  return `${name} @${ordinal} :${type}${value}${annotation};${comment}`;
}

function typeOf(i: number, ordinal: number): string {
  const choice = (i * 7 + ordinal * 5) % 20;
  const other = (i * 31 + ordinal * 17) % STRUCTS;
  if (ordinal === 0 || choice < 10) return SCALARS[(i + ordinal) % SCALARS.length]!;
  if (choice < 14) return "Text";
  if (choice < 15) return "Data";
  if (choice < 17) return `Record${other}`;
  if (choice < 18) return `List(Record${other})`;
  return choice < 19 ? "List(Float32)" : `Pair(Text, Record${other})`;
}

function value(type: string): string {
  return DEFAULTS[type] ?? "1";
}
