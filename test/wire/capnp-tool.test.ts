/** Against the `capnp` tool of the C++ implementation: what it writes we read, what we write it reads. */

import {
  AnyPointer,
  decodeFrame,
  encodeFrame,
  equals,
  listOf,
  MessageBuilder,
  MessageReader,
  type SegmentAllocator,
  StructBuilder,
  StructReader,
  structType,
} from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCapnp } from "../has-capnp.js";
import { AddressBook, makePeople } from "./address-book.js";
import { AllTypes, type AllTypesValue, COLORS, Color, FILLED } from "./all-types.js";
import { SmallAllocator, TightAllocator } from "./allocators.js";
import { dump } from "./bytes.js";
import { convert, decode, encode, NEEDS_CAPNP } from "./capnp-tool.js";

const ALL_TYPES = "all-types.capnp";
const BOOK = "address-book.capnp";

/** FILLED in the tool's notation. */
const FILLED_TEXT =
  "(flag = true, int8 = -128, int16 = -32768, int32 = -2147483648, int64 = -9223372036854775808, uint8 = 255, " +
  "uint16 = 65535, uint32 = 4294967295, uint64 = 18446744073709551615, float32 = 1234.5, float64 = -1.2e45, color = blue, " +
  'text = "héllo, wörld ✓ 🙂", data = "\\x00\\x01\\xfe\\xff", small = (number = 7, text = "seven"), ' +
  "flags = [true, false, true, true, false, false, false, true, true], int8s = [-128, 0, 127], int16s = [-32768, 0, 32767], " +
  "int32s = [-2147483648, 0, 2147483647], int64s = [-9223372036854775808, 0, 9223372036854775807], uint8s = [0, 255], " +
  "uint16s = [0, 65535], uint32s = [0, 4294967295], uint64s = [0, 18446744073709551615], float32s = [0, -0.5, inf], " +
  "float64s = [0, -0.5, -inf], colors = [green, red, blue], " +
  'texts = ["", "a", "twelve chars", "a text that is longer than the short ones are"], datas = ["", "\\x01\\x02\\x03"], ' +
  'smalls = [(number = 1, text = "one"), (number = 2, text = ""), (number = 3, text = "three")], ' +
  "lists = [[1, 2, 3], [], [-1]], voids = [void, void, void])";

function build(value: AllTypesValue, allocator?: SegmentAllocator): MessageBuilder {
  const message = new MessageBuilder(allocator ? { allocator } : {});
  message.setRoot(AllTypes, value);
  return message;
}

/** A one-segment frame without its segment table: the tool's "flat" format. */
function flat(frame: Uint8Array): Uint8Array {
  return frame.subarray(8);
}

/** The tool's canonical form of a frame, as lines of words: equal if and only if the tool reads the same. */
function canonical(frame: Uint8Array): string[] {
  return dump(convert("binary:canonical", ALL_TYPES, "AllTypes", frame));
}

describe.skipIf(!hasCapnp)(`the capnp tool${NEEDS_CAPNP}`, () => {
  const FILLED_CANONICAL = hasCapnp ? canonical(encode(ALL_TYPES, "AllTypes", FILLED_TEXT)) : [];

  test("every type of field it writes, we read", () => {
    expect(AllTypes.toPlain(decodeFrame(encode(ALL_TYPES, "AllTypes", FILLED_TEXT)).getRoot(AllTypes))).toEqual(FILLED);
  });

  test.each<[string, SegmentAllocator | undefined]>([
    ["in one segment", undefined],
    ["in segments of three words", new SmallAllocator(3)],
    ["in a segment for every object", new TightAllocator()],
  ])("every type of field we write %s, it reads", (_how, allocator) => {
    expect(canonical(encodeFrame(build(FILLED, allocator)))).toEqual(FILLED_CANONICAL);
  });

  test("an address book goes both ways", () => {
    const message = new MessageBuilder();
    message.setRoot(AddressBook, { people: makePeople(30) });
    const text = decode(BOOK, "AddressBook", message.toBytes());
    const back = decodeFrame(encode(BOOK, "AddressBook", text));
    expect(AddressBook.toPlain(back.getRoot(AddressBook))).toEqual({ people: makePeople(30) });
    // The tool lays the fields out in another order, yet content is content.
    expect(equals(back.root, message.asReader().root)).toBe("equal");
  });

  test("its canonical form of our message is read back", () => {
    const bytes = convert("binary:canonical", ALL_TYPES, "AllTypes", encodeFrame(build(FILLED, new SmallAllocator(5))));
    expect(AllTypes.toPlain(new MessageReader([bytes]).getRoot(AllTypes))).toEqual(FILLED);
  });

  test("moved, grown and adopted objects read the same", () => {
    const message = build(FILLED, new TightAllocator());
    const root = message.getRoot(AllTypes);
    root.$adopt(18, root.$disown(18));
    root.$adopt(17, root.$disown(17));
    root.$get(17, listOf(wider(4, 5)));
    const wide = message.getRoot(wider(9, 25));
    wide.$adopt(2, wide.$disown(2));
    expect(canonical(encodeFrame(message))).toEqual(FILLED_CANONICAL);
  });

  test("a deep copy reads the same", () => {
    const copy = new MessageBuilder({ allocator: new SmallAllocator(4) });
    copy.root.set(AnyPointer, decodeFrame(encode(ALL_TYPES, "AllTypes", FILLED_TEXT)).root);
    expect(canonical(encodeFrame(copy))).toEqual(FILLED_CANONICAL);
  });

  test("whatever values a message has, both agree on them", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = convert("binary:canonical", ALL_TYPES, "AllTypes", encodeFrame(build(value)));
        expect(AllTypes.toPlain(new MessageReader([bytes]).getRoot(AllTypes))).toEqual(value);
      }),
      { numRuns: 25, seed: 2 },
    );
  });
});

describe.skipIf(!hasCapnp)(`defaults, as the capnp tool has them${NEEDS_CAPNP}`, () => {
  test("an empty message has them all", () => {
    const reader = decodeFrame(encode(ALL_TYPES, "Defaults", "()")).getRoot(Defaults);
    expect(Defaults.toPlain(reader)).toEqual(DEFAULTS);
    expect(decode(ALL_TYPES, "Defaults", emptyDefaults().toBytes())).toContain("int32 = -320000");
  });

  test("what it sets over a default, we read, and the other way round", () => {
    const set =
      '(flag = false, int8 = 0, int16 = 5, int32 = 0, int64 = 9, uint8 = 1, uint16 = 0, uint32 = 7, uint64 = 0, float32 = -1.5, float64 = 0, color = red, text = "x", notANumber = 1, infinite = inf)';
    const theirs = encode(ALL_TYPES, "Defaults", set);
    const value = Defaults.toPlain(decodeFrame(theirs).getRoot(Defaults));
    expect(value).toEqual({
      flag: false,
      int8: 0,
      int16: 5,
      int32: 0,
      int64: 9n,
      uint8: 1,
      uint16: 0,
      uint32: 7,
      uint64: 0n,
      float32: -1.5,
      float64: 0,
      color: "red",
      text: "x",
      notANumber: 1,
      infinite: Number.POSITIVE_INFINITY,
    });
    const message = new MessageBuilder();
    message.setRoot(Defaults, value);
    const form = convert("binary:canonical", ALL_TYPES, "Defaults", message.toBytes());
    expect(Buffer.compare(form, convert("binary:canonical", ALL_TYPES, "Defaults", theirs))).toBe(0);
  });

  test("setting every field to its default leaves the same zeros", () => {
    const message = new MessageBuilder();
    message.setRoot(Defaults, DEFAULTS);
    const root = message.asReader().getRoot(Defaults);
    for (let offset = 0; offset < 64; offset++) expect(root.$uint8(offset)).toBe(0);
    const data = flat(encode(ALL_TYPES, "Defaults", "()"));
    expect([...data.subarray(8, 72)].every((byte) => byte === 0)).toBe(true);
  });
});

function wider(dataWords: number, pointerCount: number) {
  return structType<StructReader, StructBuilder, never>({
    id: 1n,
    name: "Wider",
    dataWords,
    pointerCount,
    Reader: StructReader,
    Builder: StructBuilder,
  });
}

function emptyDefaults(): MessageBuilder {
  const message = new MessageBuilder();
  message.initRoot(Defaults);
  return message;
}

interface DefaultsValue {
  flag: boolean;
  int8: number;
  int16: number;
  int32: number;
  int64: bigint;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: bigint;
  float32: number;
  float64: number;
  color: (typeof COLORS)[number] | number;
  text: string;
  notANumber: number;
  infinite: number;
}

const FLOAT32_DEFAULT = 0x3fc00000;
const FLOAT64_DEFAULT = 0xc002_0000_0000_0000n;
const NAN_DEFAULT = 0x7fc00000;
const INFINITE_DEFAULT = 0xfff0_0000_0000_0000n;

const DEFAULTS: DefaultsValue = {
  flag: true,
  int8: -8,
  int16: -1600,
  int32: -320000,
  int64: -64000000000n,
  uint8: 200,
  uint16: 60000,
  uint32: 4000000000,
  uint64: 18000000000000000000n,
  float32: 1.5,
  float64: -2.25,
  color: "blue",
  text: "hello",
  notANumber: Number.NaN,
  infinite: Number.NEGATIVE_INFINITY,
};

/** struct Defaults of all-types.capnp. */
const Defaults = structType<StructReader, StructBuilder, DefaultsValue, DefaultsValue>({
  id: 0x9b06334f3f9590a8n,
  name: "Defaults",
  dataWords: 8,
  pointerCount: 1,
  Reader: StructReader,
  Builder: StructBuilder,
  assign: (builder, value) => {
    builder.$setBoolDefault(0, value.flag, true);
    builder.$setInt8Default(1, value.int8, -8);
    builder.$setInt16Default(2, value.int16, -1600);
    builder.$setInt32Default(4, value.int32, -320000);
    builder.$setInt64Default(8, value.int64, -64000000000n);
    builder.$setUint8Default(16, value.uint8, 200);
    builder.$setUint16Default(18, value.uint16, 60000);
    builder.$setUint32Default(20, value.uint32, 4000000000);
    builder.$setUint64Default(24, value.uint64, 18000000000000000000n);
    builder.$setFloat32Default(32, value.float32, FLOAT32_DEFAULT);
    builder.$setFloat64Default(40, value.float64, FLOAT64_DEFAULT);
    builder.$setEnumDefault(36, value.color, Color, 2);
    builder.$setText(0, value.text);
    builder.$setFloat32Default(48, value.notANumber, NAN_DEFAULT);
    builder.$setFloat64Default(56, value.infinite, INFINITE_DEFAULT);
  },
  toPlain: (reader) => ({
    flag: reader.$boolDefault(0, true),
    int8: reader.$int8Default(1, -8),
    int16: reader.$int16Default(2, -1600),
    int32: reader.$int32Default(4, -320000),
    int64: reader.$int64Default(8, -64000000000n),
    uint8: reader.$uint8Default(16, 200),
    uint16: reader.$uint16Default(18, 60000),
    uint32: reader.$uint32Default(20, 4000000000),
    uint64: reader.$uint64Default(24, 18000000000000000000n),
    float32: reader.$float32Default(32, FLOAT32_DEFAULT),
    float64: reader.$float64Default(40, FLOAT64_DEFAULT),
    color: reader.$enumDefault(36, COLORS, 2),
    text: reader.$textDefault(0, "hello"),
    notANumber: reader.$float32Default(48, NAN_DEFAULT),
    infinite: reader.$float64Default(56, INFINITE_DEFAULT),
  }),
});

const bytes = fc.uint8Array({ maxLength: 20 }).map((data) => new Uint8Array(data));
/** Any text without unpaired surrogates: those do not come back. */
const text = fc.string({ unit: "binary", maxLength: 30 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const integer = (min: number, max: number) => fc.integer({ min, max });
const float32 = fc.float();
const float64 = fc.double();
const list = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 5 });
const small = fc.record({ number: integer(0, 0xffff), text });

const values: fc.Arbitrary<AllTypesValue> = fc.record({
  flag: fc.boolean(),
  int8: integer(-128, 127),
  int16: integer(-32768, 32767),
  int32: integer(-(2 ** 31), 2 ** 31 - 1),
  int64,
  uint8: integer(0, 255),
  uint16: integer(0, 65535),
  uint32: integer(0, 2 ** 32 - 1),
  uint64,
  float32,
  float64,
  color: fc.constantFrom(...COLORS),
  text,
  data: bytes,
  small,
  flags: fc.array(fc.boolean(), { maxLength: 20 }),
  int8s: list(integer(-128, 127)),
  int16s: list(integer(-32768, 32767)),
  int32s: list(integer(-(2 ** 31), 2 ** 31 - 1)),
  int64s: list(int64),
  uint8s: list(integer(0, 255)),
  uint16s: list(integer(0, 65535)),
  uint32s: list(integer(0, 2 ** 32 - 1)),
  uint64s: list(uint64),
  float32s: list(float32),
  float64s: list(float64),
  colors: list(fc.constantFrom(...COLORS)),
  texts: list(text),
  datas: list(bytes),
  smalls: list(small),
  lists: list(list(integer(-(2 ** 31), 2 ** 31 - 1))),
  voids: list(fc.constant(null)),
});
