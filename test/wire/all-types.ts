/** all-types.capnp, read and built through the struct classes' own methods. Offsets are those `capnp compile -ocapnp` prints. */

import {
  BoolList,
  Data,
  enumList,
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  listOf,
  StructBuilder,
  StructReader,
  structType,
  Text,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
  VoidList,
} from "capwire/wire";

export const COLORS = ["red", "green", "blue"] as const;
export const Color = { names: COLORS };
export const ColorList = enumList(Color);

export interface SmallInit {
  number?: number;
  text?: string;
}

/** struct Small { number @0 :UInt16; text @1 :Text; } */
export const Small = structType<StructReader, StructBuilder, SmallInit | StructReader | StructBuilder, SmallInit>({
  id: 0xc0afdfd1c16d2e34n,
  name: "Small",
  dataWords: 1,
  pointerCount: 1,
  Reader: StructReader,
  Builder: StructBuilder,
  assign: (builder, value) => {
    const { number, text } = value as SmallInit;
    if (number !== undefined) builder.$setUint16(0, number);
    if (text !== undefined) builder.$setText(0, text);
  },
  toPlain: (reader) => ({ number: reader.$uint16(0), text: reader.$text(0) }),
});
export const SmallList = listOf(Small);
export const TextList = listOf(Text);
export const DataList = listOf(Data);
export const Int32Lists = listOf(Int32List);

export interface AllTypesValue {
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
  data: Uint8Array;
  small: SmallInit;
  flags: boolean[];
  int8s: number[];
  int16s: number[];
  int32s: number[];
  int64s: bigint[];
  uint8s: number[];
  uint16s: number[];
  uint32s: number[];
  uint64s: bigint[];
  float32s: number[];
  float64s: number[];
  colors: ((typeof COLORS)[number] | number)[];
  texts: string[];
  datas: Uint8Array[];
  smalls: SmallInit[];
  lists: number[][];
  voids: null[];
}

export const AllTypes = structType<
  StructReader,
  StructBuilder,
  AllTypesValue | StructReader | StructBuilder,
  AllTypesValue
>({
  id: 0x8227736cbd3ec64bn,
  name: "AllTypes",
  dataWords: 6,
  pointerCount: 20,
  Reader: StructReader,
  Builder: StructBuilder,
  assign: (builder, value) => assign(builder, value as AllTypesValue),
  toPlain,
});

function assign(builder: StructBuilder, value: AllTypesValue): void {
  builder.$setBool(0, value.flag);
  builder.$setInt8(1, value.int8);
  builder.$setInt16(2, value.int16);
  builder.$setInt32(4, value.int32);
  builder.$setInt64(8, value.int64);
  builder.$setUint8(16, value.uint8);
  builder.$setUint16(18, value.uint16);
  builder.$setUint32(20, value.uint32);
  builder.$setUint64(24, value.uint64);
  builder.$setFloat32(32, value.float32);
  builder.$setFloat64(40, value.float64);
  builder.$setEnum(36, value.color, Color);
  builder.$setText(0, value.text);
  builder.$setBytes(1, value.data);
  builder.$set(2, Small, value.small);
  builder.$set(3, BoolList, value.flags);
  builder.$set(4, Int8List, value.int8s);
  builder.$set(5, Int16List, value.int16s);
  builder.$set(6, Int32List, value.int32s);
  builder.$set(7, Int64List, value.int64s);
  builder.$set(8, UInt8List, value.uint8s);
  builder.$set(9, UInt16List, value.uint16s);
  builder.$set(10, UInt32List, value.uint32s);
  builder.$set(11, UInt64List, value.uint64s);
  builder.$set(12, Float32List, value.float32s);
  builder.$set(13, Float64List, value.float64s);
  builder.$set(14, ColorList, value.colors);
  builder.$set(15, TextList, value.texts);
  builder.$set(16, DataList, value.datas);
  builder.$set(17, SmallList, value.smalls);
  builder.$set(18, Int32Lists, value.lists);
  builder.$set(19, VoidList, value.voids);
}

function toPlain(reader: StructReader): AllTypesValue {
  return {
    flag: reader.$bool(0),
    int8: reader.$int8(1),
    int16: reader.$int16(2),
    int32: reader.$int32(4),
    int64: reader.$int64(8),
    uint8: reader.$uint8(16),
    uint16: reader.$uint16(18),
    uint32: reader.$uint32(20),
    uint64: reader.$uint64(24),
    float32: reader.$float32(32),
    float64: reader.$float64(40),
    color: reader.$enum(36, COLORS),
    text: reader.$text(0),
    data: reader.$bytes(1).slice(),
    small: Small.toPlain(reader.$read(2, Small)),
    flags: reader.$read(3, BoolList).toArray(),
    int8s: [...reader.$read(4, Int8List)],
    int16s: [...reader.$read(5, Int16List)],
    int32s: [...reader.$read(6, Int32List)],
    int64s: [...reader.$read(7, Int64List)],
    uint8s: [...reader.$read(8, UInt8List)],
    uint16s: [...reader.$read(9, UInt16List)],
    uint32s: [...reader.$read(10, UInt32List)],
    uint64s: [...reader.$read(11, UInt64List)],
    float32s: [...reader.$read(12, Float32List)],
    float64s: [...reader.$read(13, Float64List)],
    colors: reader.$read(14, ColorList).toArray(),
    texts: reader.$read(15, TextList).toArray(),
    datas: reader.$read(16, DataList).map((data) => data.slice()),
    smalls: reader.$read(17, SmallList).map((small) => Small.toPlain(small)),
    lists: reader.$read(18, Int32Lists).map((list) => [...list]),
    voids: reader.$read(19, VoidList).toArray(),
  };
}

/** A value that fills every field. */
export const FILLED: AllTypesValue = {
  flag: true,
  int8: -128,
  int16: -32768,
  int32: -2147483648,
  int64: -(2n ** 63n),
  uint8: 255,
  uint16: 65535,
  uint32: 4294967295,
  uint64: 2n ** 64n - 1n,
  float32: 1234.5,
  float64: -1.2e45,
  color: "blue",
  text: "héllo, wörld ✓ 🙂",
  data: new Uint8Array([0, 1, 254, 255]),
  small: { number: 7, text: "seven" },
  flags: [true, false, true, true, false, false, false, true, true],
  int8s: [-128, 0, 127],
  int16s: [-32768, 0, 32767],
  int32s: [-2147483648, 0, 2147483647],
  int64s: [-(2n ** 63n), 0n, 2n ** 63n - 1n],
  uint8s: [0, 255],
  uint16s: [0, 65535],
  uint32s: [0, 4294967295],
  uint64s: [0n, 2n ** 64n - 1n],
  float32s: [0, -0.5, Number.POSITIVE_INFINITY],
  float64s: [0, -0.5, Number.NEGATIVE_INFINITY],
  colors: ["green", "red", "blue"],
  texts: ["", "a", "twelve chars", "a text that is longer than the short ones are"],
  datas: [new Uint8Array(0), new Uint8Array([1, 2, 3])],
  smalls: [
    { number: 1, text: "one" },
    { number: 2, text: "" },
    { number: 3, text: "three" },
  ],
  lists: [[1, 2, 3], [], [-1]],
  voids: [null, null, null],
};
