/** Bytes and structures: what is written in one language is what the other reads. */

import { expect } from "vitest";
import type { Tree, Values } from "../interop.capnp.js";
import type { Scenario } from "../stage.js";

export const VALUE_SCENARIOS: readonly Scenario[] = [
  {
    title: "values of every type come back",
    row: "values",
    async run({ interop }) {
      const { values } = await interop.echoValues({ values: EVERY_TYPE });
      expect(values.toObject()).toMatchObject(EVERY_TYPE);
      expect(values.which).toBe("words");
    },
  },
  {
    title: "unset fields have their defaults",
    row: "values",
    async run({ interop }) {
      const { values } = await interop.echoValues({ values: {} });
      expect(values).toMatchObject({ bool: true, int8: -8, int16: -1616, int32: -32323232, uint8: 8, uint16: 1616 });
      expect(values).toMatchObject({ int64: -6464646464646464n, uint64: 6464646464646464n, uint32: 32323232 });
      expect(values).toMatchObject({ float32: 32.5, float64: -64.25, text: "Cap'n", kind: "disconnected" });
      expect([...values.data]).toEqual([0xca, 0xfe]);
      expect(values.which).toBe("none");
      expect([values.hasInner(), values.hasStructs()]).toEqual([false, false]);
    },
  },
  {
    title: "an empty call is answered",
    row: "values",
    async run({ interop }) {
      expect((await interop.echo({})).blob.byteLength).toBe(0);
    },
  },
  {
    title: "a large message comes back",
    row: "large messages",
    async run({ interop }) {
      const sent = Uint8Array.from({ length: 3 * 1024 * 1024 + 5 }, (_, i) => i * 7 + i / 256);
      const { blob } = await interop.echo({ blob: sent });
      expect(sameBytes(blob, sent)).toBe(true);
    },
  },
  {
    title: "a tree of many segments is read",
    row: "large messages",
    async run({ interop }) {
      const { root } = await interop.tree({ depth: 6, fanOut: 5 });
      expect(countTree(root, "0")).toBe(19531);
    },
  },
  {
    title: "a message of sixteen megabytes comes back",
    row: "large messages",
    async run({ interop }) {
      const sent = new Uint8Array(16 * 1024 * 1024).map((_, i) => i * 5 + i / 65536);
      const { blob } = await interop.echo({ blob: sent });
      expect(sameBytes(blob, sent)).toBe(true);
    },
  },
  {
    // Each side must read while it writes, or both wait for ever.
    title: "large messages cross in both directions",
    row: "large messages",
    async run({ interop }) {
      const sent = Array.from({ length: 8 }, (_, i) => new Uint8Array(1024 * 1024 + i).fill(i));
      const received = await Promise.all(sent.map((blob) => interop.echo({ blob })));
      expect(received.map(({ blob }, i) => sameBytes(blob, sent[i]!))).toEqual(Array(8).fill(true));
    },
  },
  {
    title: "two thousand calls in flight keep their order",
    row: "order around resolution",
    async run(stage) {
      const counter = stage.newCounter();
      const calls = Array.from({ length: 2000 }, () => counter.add({ amount: 1n }));
      const totals = (await Promise.all(calls)).map(({ total }) => Number(total));
      expect(totals).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
    },
  },
];

const EVERY_TYPE = {
  bool: false,
  int8: -128,
  int16: -32768,
  int32: -2147483648,
  int64: -9223372036854775808n,
  uint8: 255,
  uint16: 65535,
  uint32: 4294967295,
  uint64: 18446744073709551615n,
  float32: -0.5,
  float64: 1e300,
  text: "naïve 🚀",
  data: Uint8Array.of(1, 2, 3),
  kind: "overloaded",
  inner: { text: "inner" },
  bools: [true, false, true, true, false, false, true, false, true, true, true],
  int8s: Int8Array.of(-1, 0, 127),
  int16s: Int16Array.of(-1, 32767),
  int32s: Int32Array.of(-1, 0, 2147483647),
  int64s: BigInt64Array.of(-1n, 9223372036854775807n),
  uint8s: Uint8Array.of(0, 255),
  uint16s: Uint16Array.of(65535),
  uint32s: Uint32Array.of(1, 4294967295),
  uint64s: BigUint64Array.of(18446744073709551615n),
  float32s: Float32Array.of(0.25, -1.5),
  float64s: Float64Array.of(0.1, -0, 1e-300),
  texts: ["", "a", "bb"],
  datas: [Uint8Array.of(), Uint8Array.of(4, 5)],
  kinds: ["unimplemented", "failed"],
  structs: [{ uint32: 0 }, { uint32: 1 }, { uint32: 2 }],
  lists: [Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(3)],
  words: { first: "first", second: "second" },
} as const satisfies Values.Init;

function countTree(node: Tree, label: string): number {
  if (node.label !== label) throw new Error(`node ${label} is labelled ${node.label}`);
  let count = 1;
  let i = 0;
  for (const child of node.children) count += countTree(child, `${label}.${i++}`);
  return count;
}

/** For megabytes, which `toEqual` takes seconds to compare. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
