/** Floating-point numbers as text, beside what C++ prints for the same bits. */

import { AnyStruct, encodeFrame, Float32List, Float64List, MessageBuilder } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { float32Text, float64Text } from "../../src/schema/float-text.js";
import { convertToText, describeWithCapnp, structOf } from "../capnp-tool.js";
import { randomSource } from "../random-message.js";
import { Lists } from "../schemas/all-types.capnp.js";

describe("numbers as text", () => {
  test.each([
    [0, "0"],
    [-0, "-0"],
    [0.1, "0.1"],
    [100, "100"],
    [1e6, "1000000"],
    [123456789012345680, "1.2345678901234568e17"],
    [1e15, "1e15"],
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [1e100, "1e100"],
    [Number.NaN, "nan"],
    [-Infinity, "-inf"],
    [5e-324, "4.94065645841247e-324"],
    [1234567890 + 1 / 256, "1234567890.0039062"],
  ])("%d is written as %s", (value, text) => {
    expect(float64Text(value)).toBe(text);
  });

  test("a Float32 is written with as few digits as tell it from its neighbours", () => {
    expect(float32Text(Math.fround(0.1))).toBe("0.1");
    expect(float32Text(Math.fround(16777217))).toBe("16777216");
    expect(float32Text(Math.fround(1 / 3))).toBe("0.33333334");
  });
});

describeWithCapnp("numbers as text, beside C++", () => {
  const random = randomSource(5);
  const bits = new BigUint64Array(4000).map(
    () => BigInt(Math.floor(random() * 2 ** 32)) * 4294967296n + BigInt(Math.floor(random() * 2 ** 32)),
  );
  const ties = Array.from({ length: 1000 }, (_, index) => 2 ** 30 + index + (index % 256) / 256 + 1 / 512);
  const doubles = [...new Float64Array(bits.buffer), ...ties].filter(Number.isFinite);
  const floats = [...new Float32Array(bits.buffer)].filter(
    (value) => Number.isFinite(value) && Math.fround(Number(value.toPrecision(8))) === value,
  );

  test("thousands of doubles and floats are written alike", () => {
    const message = new MessageBuilder();
    message.initRoot(Lists).assign({ float64s: doubles, float32s: floats });
    const text = convertToText("binary:text", "all-types.capnp", "Lists", encodeFrame(message), { short: true });
    const [, float32s, float64s] = /float32s = \[(.*)\], float64s = \[(.*)\]/.exec(text)!;
    expect(doubles.map(float64Text)).toEqual(float64s!.split(", "));
    expect(floats.map(float32Text)).toEqual(float32s!.split(", "));
    expect(floats.length).toBeGreaterThan(4000);
    const root = message.asReader().getRoot(AnyStruct);
    expect(root.$read(10, Float32List).length + root.$read(11, Float64List).length).toBe(
      floats.length + doubles.length,
    );
    expect(structOf("all-types.capnp", "Lists").pointerCount).toBe(20);
  });
});
