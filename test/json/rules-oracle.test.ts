/** What JSON says to a struct, beside the `capnp` tool: taken to the same message by both, or refused by both. */

import { JsonCodec, JsonError } from "capwire/json";
import { printText } from "capwire/text";
import { AnyStruct } from "capwire/wire";
import { expect, test } from "vitest";
import { describeWithCapnp, structOf, tryConvert } from "../capnp-tool.js";

type Case = readonly [type: string, json: string];

const TAKEN: readonly Case[] = [
  ["Point", "{}"],
  ["Point", ' { "x" : 1 , "y":-2 } '],
  ["Point", '{"x": 1.0, "y": 2e1}'],
  ["Point", '{"x": "12", "y": "-0x10"}'],
  ["Point", '{"x": " 12", "y": "+7"}'],
  ["Point", '{"x": 1, "x": 2}'],
  ["Point", '{"unknown": [{"a": null}], "x": 1}'],
  ["Point", '{"name": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u0000"}'],
  ["Point", '{"name": "\u2603 \u{1f600} \u007f"}'],
  ["Scalars", '{"bool": true, "int64": "-9223372036854775808", "uint64": "18446744073709551615"}'],
  ["Scalars", '{"int64": -123, "uint64": 4294967296}'],
  ["Scalars", '{"float32": "Infinity", "float64": "-Infinity"}'],
  ["Scalars", '{"float32": "NaN", "float64": null}'],
  ["Scalars", '{"float32": "1.5", "float64": "1e3"}'],
  ["Scalars", '{"float32": "inf", "float64": "nan"}'],
  ["Scalars", '{"float32": 1e39, "float64": 1e400}'],
  ["Scalars", '{"void": null, "color": "blue"}'],
  ["Scalars", '{"void": 123, "color": 1}'],
  ["Scalars", '{"color": 999}'],
  [
    "Scalars",
    '{"int8": 127, "uint8": 255, "int16": -32768, "uint16": 65535, "int32": -2147483648, "uint32": 4294967295}',
  ],
  ["Lists", '{"voids": [null, 1], "bools": [], "texts": ["", "a"], "datas": [[], [0, 255]]}'],
  ["Lists", '{"matrix": [[1, "NaN"], [], [null]], "colorLists": [["red", 2]], "pointLists": [[{}], []]}'],
  ["Shape", '{"circle": 1, "polygon": [], "filled": true}'],
  ["Shape", '{"box": {"width": 1}, "name": "b"}'],
  ["Shape", '{"nothing": null}'],
  ["Person", '{"employment": {"school": {"year": 1}}, "address": {"geo": {"latitude": 1}}}'],
  ["Person", '{"employment": {"employer": "x"}, "notes": [{"mood": "sad"}]}'],
];

const REFUSED: readonly Case[] = [
  ["Point", "[]"],
  ["Point", "null"],
  ["Point", "1"],
  ["Point", "{"],
  ["Point", '{"x": 1,}'],
  ["Point", '{"x" 1}'],
  ["Point", "{x: 1}"],
  ["Point", '{"x": 01}'],
  ["Point", '{"x": .5}'],
  ["Point", '{"x": +1}'],
  ["Point", '{"x": 1.5}'],
  ["Point", '{"x": 2147483648}'],
  ["Point", '{"x": "2147483648"}'],
  ["Point", '{"x": "1.5"}'],
  ["Point", '{"x": ""}'],
  ["Point", '{"x": "12 "}'],
  ["Point", '{"x": null}'],
  ["Point", '{"x": true}'],
  ["Point", '{"x": []}'],
  ["Point", '{"name": 1}'],
  ["Point", '{"name": "\\x"}'],
  ["Point", '{"name": "\\u12"}'],
  ["Point", '{"x": 1} /* comment */'],
  ["Scalars", '{"bool": 0}'],
  ["Scalars", '{"bool": "true"}'],
  ["Scalars", '{"bool": null}'],
  ["Scalars", '{"uint8": -1}'],
  ["Scalars", '{"uint8": 256}'],
  ["Scalars", '{"uint64": "-1"}'],
  ["Scalars", '{"int64": "9223372036854775808"}'],
  ["Scalars", '{"int64": 9223372036854775809999}'],
  ["Scalars", '{"float64": "x"}'],
  ["Scalars", '{"float64": true}'],
  ["Scalars", '{"color": "purple"}'],
  ["Scalars", '{"color": []}'],
  ["Lists", '{"bools": {}}'],
  ["Lists", '{"bools": [1]}'],
  ["Lists", '{"texts": [1]}'],
  ["Lists", '{"texts": [null]}'],
  ["Lists", '{"points": [1]}'],
  ["Lists", '{"datas": [[256]]}'],
  ["Lists", '{"datas": [[-1]]}'],
  ["Lists", '{"datas": [[0.5]]}'],
  ["Lists", '{"datas": ["abc"]}'],
  ["Pointers", '{"any": 1}'],
  ["Pointers", '{"greeter": {}}'],
  ["Pointers", '{"capability": {}}'],
  ["Pointers", `${'{"self":'.repeat(65)}1${"}".repeat(65)}`],
];

const FILE = "all-types.capnp";

function ours(type: string, json: string): string | null {
  const schema = structOf(FILE, type);
  try {
    return printText(new JsonCodec().decode(json, schema).asReader().getRoot(AnyStruct), schema);
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    return null;
  }
}

function theirs(type: string, json: string): string | null {
  const { status, stdout, stderr } = tryConvert("json:text", FILE, type, json, { short: true });
  return status === 0 && stderr === "" ? new TextDecoder().decode(stdout).trimEnd() : null;
}

describeWithCapnp("JSON for structs, beside C++", () => {
  test.each(TAKEN)("%s: %s is taken", (type, json) => {
    const text = theirs(type, json);
    expect(text).not.toBeNull();
    expect(ours(type, json)).toBe(text);
  });

  test.each(REFUSED)("%s: %s is refused", (type, json) => {
    expect(theirs(type, json)).toBeNull();
    expect(ours(type, json)).toBeNull();
  });
});
