/** Every type of field goes into a message through generated code and comes out again; the C++ tool agrees on the bytes. */

import { decodeFrame, MessageBuilder, type StructType } from "capwire/wire";
import { describe, expect, it } from "vitest";
import { Defaults, Lists, Person, Point, Pointers, Scalars } from "../schemas/all-types.capnp.js";
import { decodeText, encodeText, hasCapnp } from "./capnp-tool.js";

const SCALARS: Scalars.Plain = {
  void: null,
  bool: true,
  int8: -128,
  int16: -32768,
  int32: -2147483648,
  int64: -9223372036854775808n,
  uint8: 255,
  uint16: 65535,
  uint32: 4294967295,
  uint64: 18446744073709551615n,
  float32: 0.5,
  float64: -1e300,
  color: "blue",
};

const DEFAULTS: Defaults.Plain = {
  bool: true,
  int8: -123,
  int16: -12345,
  int32: -12345678,
  int64: -123456789012345n,
  uint8: 234,
  uint16: 45678,
  uint32: 3456789012,
  uint64: 12345678901234567890n,
  float32: 1234.5,
  float64: -123e45,
  nan: Number.NaN,
  infinity: Number.NEGATIVE_INFINITY,
  color: "blue",
  text: 'foo "bar" \n ☃',
  data: Uint8Array.of(0x62, 0x61, 0x7a, 0, 0xff),
  point: { x: 1, y: -2, name: "corner" },
  numbers: Int32Array.of(1, -2, 3),
  bools: [true, false, true],
  texts: ["plugh", "xyzzy", "thud"],
  points: [
    { x: 3, y: 0, name: "" },
    { x: 4, y: 0, name: "four" },
  ],
  colors: ["green", "red"],
};

const LISTS = {
  voids: [null, null, null],
  bools: [true, false, true, true, false, false, true, false, true],
  int8s: Int8Array.of(-128, 127),
  int16s: Int16Array.of(-32768, 32767),
  int32s: Int32Array.of(-1, 0, 2147483647),
  int64s: BigInt64Array.of(-1n, 9223372036854775807n),
  uint8s: Uint8Array.of(0, 255, 7),
  uint16s: Uint16Array.of(65535),
  uint32s: Uint32Array.of(4294967295, 1),
  uint64s: BigUint64Array.of(18446744073709551615n),
  float32s: Float32Array.of(0.25, -1.5),
  float64s: Float64Array.of(Math.PI),
  colors: ["red", "blue", "green"] as const,
  texts: ["", "a", "☃ and a longer text that does not fit a few words"],
  datas: [Uint8Array.of(), Uint8Array.of(1, 2, 3)],
  points: [
    { x: 1, y: 2, name: "p" },
    { x: 3, y: 4, name: "" },
  ],
  matrix: [Float64Array.of(1, 2), Float64Array.of(), Float64Array.of(3)],
  colorLists: [["red"], [], ["blue", "green"]] as const,
  pointLists: [[{ x: 5, y: 6, name: "q" }], []],
  greeters: [],
} satisfies Lists.Init;

const PERSON: Person.Plain = {
  name: "Ada",
  address: { street: "Main St", number: 7, geo: { latitude: 1.5, longitude: -2.5 } },
  employment: { which: "school", school: { title: "MIT", year: 1999 } },
  notes: [{ text: "hi", mood: "sad" }],
};

describe("plain objects through a message", () => {
  it("scalars keep their extreme values", () => {
    const message = new MessageBuilder();
    message.setRoot(Scalars, SCALARS);
    expect(decodeFrame(message.toBytes()).getRoot(Scalars).toObject()).toEqual(SCALARS);
  });

  it("lists of every element type keep their elements", () => {
    const message = new MessageBuilder();
    message.setRoot(Lists, LISTS);
    expect(decodeFrame(message.toBytes()).getRoot(Lists).toObject()).toEqual(LISTS);
  });

  it("groups and named unions nest", () => {
    const message = new MessageBuilder();
    message.setRoot(Person, PERSON);
    const person = decodeFrame(message.toBytes()).getRoot(Person);
    expect(person.toObject()).toEqual(PERSON);
    expect(person.address.geo.longitude).toBe(-2.5);
    expect(person.notes.at(0).mood).toBe("sad");
  });

  it("what comes out shares no memory with the message", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(Lists);
    root.assign({ int32s: [1, 2], datas: [Uint8Array.of(1)] });
    const plain = root.toObject();
    root.int32s[0] = 9;
    root.datas.at(0)[0] = 9;
    expect(plain.int32s).toEqual(Int32Array.of(1, 2));
    expect(plain.datas).toEqual([Uint8Array.of(1)]);
  });

  it("a null struct is undefined, so that recursive types end", () => {
    const message = new MessageBuilder();
    message.setRoot(Pointers, { self: { text: "inner" } });
    const plain = message.asReader().getRoot(Pointers).toObject();
    expect(plain.self?.text).toBe("inner");
    expect(plain.self?.self).toBeUndefined();
    expect(plain.any).toBeNull();
  });

  it("assign leaves alone what is absent or undefined", () => {
    const root = new MessageBuilder().initRoot(Person);
    root.assign(PERSON).assign({ name: undefined, address: { number: 8 } });
    expect(root.name).toBe("Ada");
    expect(root.address.number).toBe(8);
    // A group that is assigned is replaced, as a struct would be.
    expect(root.address.street).toBe("");
  });
});

describe("defaults", () => {
  const empty = () => new MessageBuilder().initRoot(Defaults).asReader();

  it("an empty struct has the schema's defaults", () => expect(empty().toObject()).toEqual(DEFAULTS));

  it("a builder sees the same defaults", () => {
    const builder = new MessageBuilder().initRoot(Defaults);
    expect(builder.uint64).toBe(DEFAULTS.uint64);
    expect(builder.nan).toBeNaN();
    expect(builder.text).toBe(DEFAULTS.text);
    expect(builder.data).toEqual(DEFAULTS.data);
    expect(builder.point.name).toBe("corner");
    expect(builder.points.at(1).name).toBe("four");
  });

  it("changing a default struct in place changes a copy of it", () => {
    const message = new MessageBuilder();
    message.initRoot(Defaults).point.x = 100;
    expect(message.asReader().getRoot(Defaults).point.toObject()).toEqual({ x: 100, y: -2, name: "corner" });
    expect(empty().point.x).toBe(1);
  });

  it("a value equal to the default is stored as zero", () => {
    const message = new MessageBuilder();
    const { point: _, ...scalars } = DEFAULTS;
    message.setRoot(Defaults, scalars);
    const root = message.asReader().getRoot(Defaults);
    expect([root.$uint32(0), root.$uint64(8), root.$uint64(16)]).toEqual([0, 0n, 0n]);
    expect(root.toObject()).toEqual(DEFAULTS);
  });

  it("zero is not the default and survives", () => {
    const message = new MessageBuilder();
    message.setRoot(Defaults, {
      bool: false,
      int8: 0,
      uint64: 0n,
      float32: 0,
      nan: 0,
      color: "red",
      text: "",
      numbers: [],
    });
    const root = decodeFrame(message.toBytes()).getRoot(Defaults);
    expect([root.bool, root.int8, root.uint64, root.float32, root.nan, root.color]).toEqual([
      false,
      0,
      0n,
      0,
      0,
      "red",
    ]);
    expect(root.text).toBe("");
    expect(root.numbers).toHaveLength(0);
  });
});

describe("builders", () => {
  it("set, init, has, disown and adopt pointer fields", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(Pointers);
    expect([root.hasText(), root.hasPoint(), root.hasData()]).toEqual([false, false, false]);
    root.text = "text";
    root.initPoint().x = 5;
    root.initData(3).set([1, 2, 3]);
    expect([root.hasText(), root.hasPoint(), root.hasData()]).toEqual([true, true, true]);
    const orphan = root.disownPoint();
    expect(root.hasPoint()).toBe(false);
    root.initSelf().adoptPoint(orphan);
    expect(root.self.point.x).toBe(5);
    expect(root.asReader().self.point.x).toBe(5);
    expect(root.data).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("take readers and builders of the same type where plain objects go", () => {
    const source = new MessageBuilder();
    source.setRoot(Point, { x: 1, y: 2, name: "copied" });
    const root = new MessageBuilder().initRoot(Pointers);
    root.point = source.asReader().getRoot(Point);
    expect(root.point.name).toBe("copied");
    root.point = source.getRoot(Point);
    expect(root.point.toObject()).toEqual({ x: 1, y: 2, name: "copied" });
    const lists = new MessageBuilder().initRoot(Lists);
    lists.points = [source.getRoot(Point), { x: 3 }, source.asReader().getRoot(Point)];
    expect(lists.points.map((each) => each.x)).toEqual([1, 3, 1]);
    const other = new MessageBuilder().initRoot(Lists);
    other.points = lists.points;
    other.assign(lists);
    expect(other.toObject().points).toEqual(lists.toObject().points);
  });

  it("set an AnyPointer to anything a pointer can hold", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(Pointers);
    root.any = new MessageBuilder().initRoot(Point).assign({ x: 3 });
    expect(root.any.as(Point).x).toBe(3);
    root.any = (pointer) => pointer.set(Point, { name: "by callback" });
    expect(root.any.as(Point).name).toBe("by callback");
    const copy = new MessageBuilder().initRoot(Pointers);
    copy.any = root.any;
    copy.anyStruct = root.asReader().any;
    expect(copy.asReader().anyStruct.as(Point).name).toBe("by callback");
    copy.any = null;
    expect(copy.hasAny()).toBe(false);
  });

  it("refuse numbers that do not fit", () => {
    const root = new MessageBuilder().initRoot(Scalars);
    for (const wrong of [{ int8: 128 }, { uint8: -1 }, { uint16: 1.5 }, { int32: Number.NaN }, { uint64: -1n }]) {
      expect(() => root.assign(wrong)).toThrow(expect.objectContaining({ code: "value-out-of-range" }));
    }
    expect(() => root.assign({ color: "mauve" as "red" })).toThrow(/mauve/);
    expect(root.toObject().int8).toBe(0);
  });

  it("an enum value that the schema does not know is its ordinal", () => {
    const root = new MessageBuilder().initRoot(Scalars);
    root.color = 7;
    expect(root.asReader().color).toBe(7);
    expect(root.toObject().color).toBe(7);
  });
});

describe.skipIf(!hasCapnp)("the C++ tool", () => {
  function bytesOf<R, B, I>(type: StructType<R, B, I>, init: I): Uint8Array {
    const message = new MessageBuilder();
    message.setRoot(type, init);
    return message.toBytes();
  }

  it("reads scalars as they were written", () => {
    expect(decodeText("all-types.capnp", "Scalars", bytesOf(Scalars, SCALARS))).toBe(
      "(void = void, bool = true, int8 = -128, int16 = -32768, int32 = -2147483648, int64 = -9223372036854775808, uint8 = 255, uint16 = 65535, uint32 = 4294967295, uint64 = 18446744073709551615, float32 = 0.5, float64 = -1e300, color = blue)",
    );
  });

  it("reads groups, unions and nested lists as they were written", () => {
    expect(decodeText("all-types.capnp", "Person", bytesOf(Person, PERSON))).toBe(
      '(name = "Ada", address = (street = "Main St", number = 7, geo = (latitude = 1.5, longitude = -2.5)), employment = (school = (title = "MIT", year = 1999)), notes = [(text = "hi", mood = sad)])',
    );
    expect(
      decodeText("all-types.capnp", "Lists", bytesOf(Lists, { matrix: LISTS.matrix, colorLists: LISTS.colorLists })),
    ).toBe("(matrix = [[1, 2], [], [3]], colorLists = [[red], [], [blue, green]])");
  });

  it("agrees about defaults: values written as text read the same", () => {
    const text =
      '(bool = false, int8 = 1, uint64 = 5, float64 = 2.5, nan = 1, color = green, text = "x", point = (x = 7))';
    const root = decodeFrame(encodeText("all-types.capnp", "Defaults", text)).getRoot(Defaults);
    expect(root.toObject()).toEqual({
      ...DEFAULTS,
      ...{
        bool: false,
        int8: 1,
        uint64: 5n,
        float64: 2.5,
        nan: 1,
        color: "green",
        text: "x",
        point: { x: 7, y: 0, name: "" },
      },
    });
    expect(decodeText("all-types.capnp", "Defaults", bytesOf(Defaults, root.toObject()))).toContain("int8 = 1");
  });

  it("writes lists that read as the same plain objects", () => {
    const bytes = bytesOf(Lists, LISTS);
    const text = decodeText("all-types.capnp", "Lists", bytes);
    expect(
      decodeFrame(encodeText("all-types.capnp", "Lists", text))
        .getRoot(Lists)
        .toObject(),
    ).toEqual(LISTS);
  });
});
