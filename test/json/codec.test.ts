/** JsonCodec: the rules for each type, options, handlers and error places. */

import { JsonCodec, JsonError, type JsonOptions, jsonOf, jsonString } from "capwire/json";
import { type AnyPointerBuilder, type AnyPointerReader, AnyStruct, MessageBuilder, Text } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { structOf } from "../capnp-tool.js";
import { Pointers } from "../schemas/all-types.capnp.js";

const FILE = "all-types.capnp";

/** JSON through a message and back. */
function through(type: string, json: unknown, options: JsonOptions = {}, file = FILE): unknown {
  const schema = structOf(file, type);
  const codec = new JsonCodec(options);
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return JSON.parse(codec.encode(codec.decode(text, schema).asReader().getRoot(AnyStruct), schema));
}

function refusal(type: string, json: unknown, options: JsonOptions = {}, file = FILE): JsonError {
  try {
    through(type, json, options, file);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(json)} was accepted`);
}

describe("JSON of structs", () => {
  test("64-bit integers are strings, and read from strings or numbers without loss", () => {
    expect(through("Scalars", '{"int64": 9223372036854775807, "uint64": 18446744073709551615}')).toMatchObject({
      int64: "9223372036854775807",
      uint64: "18446744073709551615",
    });
    expect(through("Scalars", { int64: "-9223372036854775808", uint64: "0xffffffffffffffff" })).toMatchObject({
      int64: "-9223372036854775808",
      uint64: "18446744073709551615",
    });
    expect(through("Scalars", '{"int64": 9.007199254740993e15, "int32": 1.20e2}')).toMatchObject({
      int64: "9007199254740993",
      int32: 120,
    });
  });

  test.each([
    [{ int8: 128 }, "out-of-range"],
    [{ int8: -129 }, "out-of-range"],
    [{ uint8: -1 }, "out-of-range"],
    [{ uint16: 65536 }, "out-of-range"],
    [{ int32: 1.5 }, "out-of-range"],
    ['{"int64": 9223372036854775808}', "out-of-range"],
    ['{"int64": 1e400}', "out-of-range"],
    ['{"uint64": 1e-400}', "out-of-range"],
    [{ uint64: "18446744073709551616" }, "out-of-range"],
    [{ int32: "1.5" }, "wrong-type"],
    [{ int32: "" }, "wrong-type"],
    [{ int32: "12x" }, "wrong-type"],
    [{ int32: null }, "wrong-type"],
    [{ int32: true }, "wrong-type"],
    [{ bool: 1 }, "wrong-type"],
    [{ bool: "true" }, "wrong-type"],
    [{ float64: "many" }, "wrong-type"],
    [{ float64: [] }, "wrong-type"],
    [{ color: "purple" }, "unknown-enumerant"],
    [{ color: 65536 }, "out-of-range"],
    [{ color: {} }, "wrong-type"],
    [[], "wrong-type"],
    ["null", "wrong-type"],
  ])("%j is refused for Scalars: %s", (json, code) => {
    expect(refusal("Scalars", json).code).toBe(code);
  });

  test("what is no number has a name, and null reads as NaN", () => {
    const names = { float32: "-Infinity", float64: "NaN" };
    expect(through("Scalars", names)).toMatchObject(names);
    expect(through("Scalars", { float32: "Infinity", float64: null })).toMatchObject({
      float32: "Infinity",
      float64: "NaN",
    });
    expect(through("Scalars", '{"float64": "1.5e3", "float32": 1e400}')).toMatchObject({
      float64: 1500,
      float32: "Infinity",
    });
    expect(through("Scalars", '{"float64": -0.0}')).toHaveProperty("float64", -0);
  });

  test("enums go by name, and by ordinal where there is no name", () => {
    expect(through("Scalars", { color: "blue" })).toHaveProperty("color", "blue");
    expect(through("Scalars", { color: 1 })).toHaveProperty("color", "green");
    expect(through("Scalars", { color: 999 })).toHaveProperty("color", 999);
  });

  test("null is an absent pointer", () => {
    const json = { text: null, data: null, point: null, any: null, greeter: null, capability: null };
    expect(through("Pointers", json)).toEqual({});
    expect(through("Pointers", { text: "", data: [], self: {} })).toEqual({ text: "", data: [], self: {} });
  });

  test("of a union the member that is set is written, and the last that is read is set", () => {
    expect(through("Shape", { circle: 1, square: 2 })).toEqual({ square: 2, filled: false });
    expect(through("Shape", { polygon: [{ x: 1 }], box: { width: 3 } })).toEqual({
      filled: false,
      box: { width: 3, height: 0 },
    });
    expect(through("Shape", { nothing: null })).toEqual({ filled: false, nothing: null });
  });

  test("a null pointer that is the member set stays the member set", () => {
    expect(through("Shape", { label: null })).toEqual({ filled: false, label: "" });
  });

  test("of members of one name the last counts", () => {
    expect(through("Pointers", '{"text":"a","text":"b","self":{"text":"x"},"self":{}}')).toEqual({
      text: "b",
      self: {},
    });
  });

  test("unknown members are passed over unless refused", () => {
    expect(through("Point", { x: 1, z: 3 })).toEqual({ x: 1, y: 0 });
    expect(refusal("Point", { x: 1, z: 3 }, { rejectUnknownFields: true })).toMatchObject({ code: "unknown-field" });
    expect(refusal("Pointers", { self: { oops: 1 } }, { rejectUnknownFields: true }).message).toMatch(
      /^self: .*"oops"/,
    );
  });

  test("fields with their default are left out on request", () => {
    const schema = structOf(FILE, "Defaults");
    const codec = new JsonCodec({ hasMode: "non-default" });
    const message = codec.decode('{"int8": -123, "int16": 0, "nan": 1, "text": "foo"}', schema);
    expect(JSON.parse(codec.encode(message.asReader().getRoot(AnyStruct), schema))).toEqual({
      int16: 0,
      nan: 1,
      text: "foo",
    });
  });

  test("a mistake carries its path and its place in the text", () => {
    const error = refusal("Lists", '{"pointLists": [[{"x": 1}],\n [{"x": 1}, {"y": "oops"}]]}');
    expect(error).toMatchObject({ code: "wrong-type", path: "pointLists[1][1].y", line: 2 });
    expect(error.message).toMatch(/^pointLists\[1\]\[1\]\.y: expected an integer, not "oops" \(line 2, column 19\)$/);
    expect(refusal("Lists", { datas: [[1], [1, 256]] }).path).toBe("datas[1][1]");
    expect(refusal("Person", { employment: { school: { year: "x" } } }).path).toBe("employment.school.year");
  });

  test("small text cannot ask for a large message", () => {
    const points = `{"points": [${"{},".repeat(1000)}{}]}`;
    expect(refusal("Lists", points, { maxMessageWords: 1000 })).toMatchObject({
      code: "message-too-large",
      path: "points",
    });
    const numbers = `{"innerJson": [${"0,".repeat(1000)}0]}`;
    const small = { maxMessageWords: 1000 };
    expect(refusal("Everything", numbers, small, "json-annotations.capnp")).toMatchObject({
      code: "message-too-large",
    });
    expect(through("Lists", points, { maxMessageWords: 5000 })).toHaveProperty("points.length", 1001);
  });
});

describe("annotations", () => {
  const file = "json-annotations.capnp";

  test("a tag is found wherever it stands, and what it does not name is passed over", () => {
    expect(through("External", { value: { names: ["a"] }, type: "renamed-bar" }, {}, file)).toEqual({
      type: "renamed-bar",
      value: { names: ["a"] },
    });
    expect(through("External", { type: "nothing" }, {}, file)).toEqual({ type: "nothing" });
    expect(through("External", { type: "of a later version", value: 1 }, {}, file)).toMatchObject({ type: "foo" });
  });

  test("members of flattened union members wait for the tag", () => {
    const json = { multiMember: "text", barMember: 5, "union-type": "renamed-bar" };
    expect(through("Everything", json, {}, file)).toMatchObject(json);
    expect(through("Everything", { multiMember: 7, "union-type": "foo", barMember: 5 }, {}, file)).toMatchObject({
      "union-type": "foo",
      multiMember: 7,
    });
  });

  test("any JSON goes into a Value and comes out again", () => {
    const innerJson = { a: [1, null, true, "x", { b: {} }], "\u2603": -1.5 };
    expect(through("Everything", { innerJson }, {}, file)).toHaveProperty("innerJson", innerJson);
    expect(through("Everything", { innerJson: null }, {}, file)).toHaveProperty("innerJson", null);
  });

  test("hexadecimal and base64 that is none is refused", () => {
    expect(refusal("Everything", { testHex: "abc" }, {}, file).path).toBe("testHex");
    expect(refusal("Everything", { testBase64: "!!!!" }, {}, file).path).toBe("testBase64");
    expect(through("Everything", { testHex: "00fF", testBase64: "AP8" }, {}, file)).toMatchObject({
      testHex: "00ff",
      testBase64: "AP8=",
    });
  });

  test("a struct flattened into itself, and names given twice, are mistakes of the schema", () => {
    expect(refusal("Cycle", {}, {}, file)).toMatchObject({ code: "annotation" });
    expect(refusal("Clash", {}, {}, file)).toMatchObject({ code: "annotation" });
  });
});

describe("handlers", () => {
  test("without one, what a schema leaves open is no JSON", () => {
    const schema = structOf(FILE, "Pointers");
    const message = new MessageBuilder();
    message.initRoot(Pointers).any.set(Text, "hidden");
    expect(() => new JsonCodec().encode(message.asReader().getRoot(AnyStruct), schema)).toThrowError(
      expect.objectContaining({ code: "no-handler", path: "any" }),
    );
    expect(refusal("Pointers", { any: 1 })).toMatchObject({ code: "no-handler", path: "any" });
    expect(refusal("Pointers", { greeter: {} })).toMatchObject({ code: "no-handler" });
  });

  test("of a field and of a type write and read what they like", () => {
    const schema = structOf(FILE, "Pointers");
    const codec = new JsonCodec()
      .handleField(schema.field("any"), {
        encode: (pointer: AnyPointerReader) => jsonString(`<${pointer.as(Text)}>`),
        decode: (json, pointer: AnyPointerBuilder) => pointer.set(Text, json.kind === "string" ? json.value : ""),
      })
      .handleType(
        { kind: "data" },
        {
          encode: (bytes: Uint8Array) => jsonOf(bytes.length),
          decode: (json) => new Uint8Array(json.kind === "number" ? Number(json.text) : 0),
        },
      );
    const message = codec.decode('{"any": "x", "data": 3, "self": {"data": 1}}', schema);
    const pointers = message.asReader().getRoot(Pointers);
    expect(pointers.any.as(Text)).toBe("x");
    expect(pointers.data).toEqual(new Uint8Array(3));
    expect(codec.encode(pointers, schema)).toBe('{"data":3,"self":{"data":1},"any":"<x>"}');
  });

  test("of a struct type serve fields, lists and the root alike", () => {
    const codec = new JsonCodec().handleType(
      { kind: "struct", schema: structOf(FILE, "Point") },
      {
        encode: (point: InstanceType<typeof AnyStruct.Reader>) => jsonString(`${point.$int32(0)},${point.$int32(4)}`),
        decode: (json, point: InstanceType<typeof AnyStruct.Builder>) => {
          if (json.kind === "string") point.$setInt32(0, Number(json.value.split(",")[0]));
        },
      },
    );
    const schema = structOf(FILE, "Lists");
    const message = codec.decode('{"points":["1,0","2,0"],"pointLists":[["3,0"]]}', schema);
    expect(codec.encode(message.asReader().getRoot(AnyStruct), schema)).toBe(
      '{"points":["1,0","2,0"],"pointLists":[["3,0"]]}',
    );
  });
});
