/** Constants and nested declarations: literals where they are scalars, functions that decode once where they are pointers. */

import { MessageBuilder } from "capwire/wire";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Color, Point } from "../schemas/all-types.capnp.js";
import * as constants from "../schemas/constants.capnp.js";
import { start } from "../schemas/cycle/left.capnp.js";
import { end, Right } from "../schemas/cycle/right.capnp.js";

describe("constants", () => {
  it("of scalar types are values", () => {
    expect(constants.aBool).toBe(true);
    expect(constants.anInt8).toBe(-128);
    expect(constants.anInt64).toBe(-0x7fffffffffffffffn);
    expect(constants.aUint64).toBe(0xffffffffffffffffn);
    expect(constants.aFloat32).toBe(0.25);
    expect(constants.aFloat64).toBe(-1e308);
    expect(constants.notANumber).toBeNaN();
    expect(constants.negativeInfinity).toBe(Number.NEGATIVE_INFINITY);
    expect(constants.aText).toBe('line\nline "quoted" \\ ☃ */');
    expect(constants.someData).toEqual(Uint8Array.of(0, 255, 16));
    expect(constants.aColor).toBe("green");
    expectTypeOf(constants.aColor).toEqualTypeOf<Color>();
    expect(constants.nothing).toBeNull();
  });

  it("behind pointers are functions that give readers, the same each time", () => {
    expectTypeOf(constants.aPoint).toEqualTypeOf<() => Point.Reader>();
    expect(constants.aPoint().toObject()).toEqual({ x: 1, y: 2, name: constants.aText });
    expect(constants.aPoint()).toBe(constants.aPoint());
    expect([...constants.someInts()]).toEqual([1, -2, 300]);
    expect(constants.somePoints().map((each) => each.x)).toEqual([1, 1]);
    expect(constants.someTexts().toArray()).toEqual(["a", constants.aText]);
    expect(constants.aMatrix().map((each) => [...each])).toEqual([[1, 2], [], [3]]);
    expect(constants.aShape().toObject()).toMatchObject({ which: "box", box: { width: 2, height: 3 } });
  });

  it("inside declarations are members of these", () => {
    expect(constants.Holder.limit).toBe(100);
    expect(constants.Holder.origin().name).toBe("origin");
    expect(constants.Holder.Inner.depth).toBe(-2);
    expect(constants.Service.timeout).toBe(5000n);
  });

  it("serve as defaults", () => expect(new MessageBuilder().initRoot(constants.Holder).value).toBe(100));

  it("can be copied into messages", () => {
    const builder = new MessageBuilder().initRoot(constants.Holder.Inner);
    expect(builder.toObject()).toEqual({});
  });
});

describe("files that import each other", () => {
  it("load, and their constants and defaults refer to each other's types", () => {
    expect(start().left.side).toBe("right");
    expect(start().name).toBe("start");
    expect(end().side).toBe("left");
    expect(new MessageBuilder().initRoot(Right).asReader().left.side).toBe("right");
    expect(new MessageBuilder().initRoot(Right).color).toBe("blue");
  });
});
