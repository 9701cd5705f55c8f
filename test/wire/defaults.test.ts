/** Fields with defaults: what is stored is the value XOR the default, bit for bit. */

import {
  AnyPointer,
  Data,
  listOf,
  MessageBuilder,
  MessageReader,
  StructBuilder,
  StructReader,
  structType,
  Text,
  UInt16List,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { COLORS, Color, Small } from "./all-types.js";
import { codeOf, dump } from "./bytes.js";

const FLOAT32_NAN = 0x7fc00000;
const FLOAT64_NEGATIVE_INFINITY = 0xfff0_0000_0000_0000n;

const Sixteen = structType<StructReader, StructBuilder, never>({
  id: 1n,
  name: "Sixteen",
  dataWords: 2,
  pointerCount: 2,
  Reader: StructReader,
  Builder: StructBuilder,
});

function build(fill: (builder: StructBuilder) => void): {
  builder: StructBuilder;
  reader: StructReader;
  bytes: string[];
} {
  const message = new MessageBuilder();
  const builder = message.initRoot(Sixteen);
  fill(builder);
  return { builder, reader: builder.$asReader(StructReader), bytes: dump(message.segments()[0]!).slice(1) };
}

describe("a field that was not written", () => {
  test("reads as its default, from a reader and from a builder", () => {
    const { builder, reader } = build(() => {});
    for (const struct of [builder, reader]) {
      expect(struct.$boolDefault(3, true)).toBe(true);
      expect(struct.$int8Default(0, -8)).toBe(-8);
      expect(struct.$uint8Default(0, 200)).toBe(200);
      expect(struct.$int16Default(0, -1600)).toBe(-1600);
      expect(struct.$uint16Default(0, 60000)).toBe(60000);
      expect(struct.$int32Default(0, -320000)).toBe(-320000);
      expect(struct.$uint32Default(0, 4000000000)).toBe(4000000000);
      expect(struct.$int64Default(0, -64000000000n)).toBe(-64000000000n);
      expect(struct.$uint64Default(0, 2n ** 63n)).toBe(2n ** 63n);
      expect(struct.$float32Default(0, 0x3fc00000)).toBe(1.5);
      expect(struct.$float64Default(0, 0xc002_0000_0000_0000n)).toBe(-2.25);
      expect(struct.$float32Default(0, FLOAT32_NAN)).toBeNaN();
      expect(struct.$float64Default(0, FLOAT64_NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
      expect(struct.$enumDefault(0, COLORS, 2)).toBe("blue");
      expect(struct.$textDefault(0, "hello")).toBe("hello");
    }
  });

  test("also when it lies beyond the struct's end", () => {
    const { reader } = build(() => {});
    expect(reader.$int16Default(16, -1600)).toBe(-1600);
    expect(reader.$uint64Default(12, 7n)).toBe(7n);
    expect(reader.$boolDefault(128, true)).toBe(true);
    expect(reader.$float64Default(100, FLOAT64_NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(reader.$textDefault(9, "hello")).toBe("hello");
  });
});

describe("a field set to its default", () => {
  test("is stored as zeros", () => {
    const { bytes } = build((builder) => {
      builder.$setBoolDefault(3, true, true);
      builder.$setInt8Default(1, -8, -8);
      builder.$setUint16Default(2, 60000, 60000);
      builder.$setFloat32Default(4, 1.5, 0x3fc00000);
      builder.$setUint64Default(8, 2n ** 64n - 1n, 2n ** 64n - 1n);
    });
    expect(bytes).toEqual(Array(4).fill("00 00 00 00 00 00 00 00"));
  });

  test("is stored as zeros for NaN and infinities too", () => {
    const { bytes } = build((builder) => {
      builder.$setFloat32Default(0, Number.NaN, FLOAT32_NAN);
      builder.$setFloat64Default(8, Number.NEGATIVE_INFINITY, FLOAT64_NEGATIVE_INFINITY);
    });
    expect(bytes).toEqual(Array(4).fill("00 00 00 00 00 00 00 00"));
  });
});

describe("a field set to anything else", () => {
  test("comes back", () => {
    const { builder, reader, bytes } = build((struct) => {
      struct.$setInt16Default(0, 5, -1600);
      struct.$setUint32Default(4, 1, 0xffffffff);
      struct.$setFloat64Default(8, -0, 0xc002_0000_0000_0000n);
    });
    for (const struct of [builder, reader]) {
      expect(struct.$int16Default(0, -1600)).toBe(5);
      expect(struct.$uint32Default(4, 0xffffffff)).toBe(1);
      expect(struct.$float64Default(8, 0xc002_0000_0000_0000n)).toBe(-0);
    }
    expect(bytes[0]).toBe("c5 f9 00 00 fe ff ff ff");
    expect(bytes[1]).toBe("00 00 00 00 00 00 02 40");
  });

  test("zero is an ordinary value", () => {
    const { reader } = build((struct) => {
      struct.$setInt32Default(0, 0, -320000);
      struct.$setFloat32Default(4, 0, FLOAT32_NAN);
      struct.$setEnumDefault(8, "red", Color, 2);
      struct.$setInt64Default(8, 0n, -1n);
    });
    expect(reader.$int32Default(0, -320000)).toBe(0);
    expect(reader.$float32Default(4, FLOAT32_NAN)).toBe(0);
    expect(reader.$int64Default(8, -1n)).toBe(0n);
  });

  test("values out of range are refused with a default as without", () => {
    build((struct) => {
      expect(codeOf(() => struct.$setInt8Default(0, 128, 1))).toBe("value-out-of-range");
      expect(codeOf(() => struct.$setUint32Default(0, -1, 1))).toBe("value-out-of-range");
      expect(codeOf(() => struct.$setUint64Default(0, 2n ** 64n, 1n))).toBe("value-out-of-range");
      expect(codeOf(() => struct.$setEnumDefault(0, "mauve" as "red", Color, 1))).toBe("value-out-of-range");
    });
  });
});

describe("NaN", () => {
  test("is always written as one bit pattern", () => {
    const odd = new Float64Array(new BigUint64Array([0xfff8_dead_beef_0001n]).buffer)[0]!;
    const { bytes } = build((builder) => {
      builder.$setFloat64(0, odd);
      builder.$setFloat32(8, odd);
    });
    expect(bytes.slice(0, 2)).toEqual(["00 00 00 00 00 00 f8 7f", "00 00 c0 7f 00 00 00 00"]);
  });
});

describe("pointers with a default", () => {
  const schema = new MessageBuilder();
  schema.setRoot(Small, { number: 42, text: "default" });
  const { root } = new MessageReader(schema.segments(), undefined, true);
  const list = new MessageBuilder();
  list.setRoot(UInt16List, [1, 2, 3]);
  const listRoot = list.asReader().root;

  test("read as it while they are null", () => {
    const { reader, builder } = build(() => {});
    expect(reader.$readDefault(0, Small, root).$uint16(0)).toBe(42);
    expect([...reader.$readDefault(7, UInt16List, listRoot)]).toEqual([1, 2, 3]);
    builder.$init(0, Small).$setUint16(0, 1);
    expect(builder.$asReader(StructReader).$readDefault(0, Small, root).$uint16(0)).toBe(1);
  });

  test("become a copy of it when they are built upon", () => {
    const { builder } = build(() => {});
    builder.$getDefault(0, Small, root).$setText(0, "changed");
    const small = builder.$asReader(StructReader).$read(0, Small);
    expect([small.$uint16(0), small.$text(0)]).toEqual([42, "changed"]);
    expect(root.as(Small).$text(0)).toBe("default");
    builder.$getDefault(0, Small, root).$setUint16(0, 43);
    expect(builder.$get(0, Small).$uint16(0)).toBe(43);
  });

  test("may be of any kind", () => {
    const { reader } = build(() => {});
    expect(reader.$readDefault(0, AnyPointer, root).as(Small).$uint16(0)).toBe(42);
    expect(reader.$readDefault(0, Text, message("x")).length).toBe(1);
    expect(reader.$readDefault(0, listOf(Text), message("x", true)).at(0)).toBe("x");
    expect(reader.$readDefault(0, Data, message("x"))).toEqual(new Uint8Array([120, 0]));
  });

  test("can be read any number of times", () => {
    const { reader } = build(() => {});
    let sum = 0;
    for (let round = 0; round < 200_000; round++) sum += reader.$readDefault(0, UInt16List, listRoot).length;
    expect(sum).toBe(600_000);
  });

  function message(text: string, asList = false) {
    const builder = new MessageBuilder();
    if (asList) builder.setRoot(listOf(Text), [text]);
    else builder.setRoot(Text, text);
    return builder.asReader().root;
  }
});
