/** Unions: readers narrow on `which`, builders set the discriminant, plain objects name one member. */

import { MessageBuilder } from "capwire/wire";
import { describe, expect, it } from "vitest";
import { Person, Shape } from "../schemas/all-types.capnp.js";

function shape(init: Shape.Init): Shape.Reader {
  const message = new MessageBuilder();
  message.setRoot(Shape, init);
  return message.asReader().getRoot(Shape);
}

/** Uses the narrowed types: this compiles without a cast. */
function area(of: Shape.Reader): number {
  switch (of.which) {
    case "circle":
      return Math.PI * of.circle ** 2;
    case "square":
      return of.square ** 2;
    case "box":
      return of.box.width * of.box.height;
    case "polygon":
      return of.polygon.length;
    case "inner":
      return area(of.inner);
    case "label":
    case "nothing":
    case "color":
      return 0;
    default:
      return -of.which;
  }
}

describe("a union as a reader", () => {
  it("narrows to the member that is set", () => {
    expect(area(shape({ square: 3 }))).toBe(9);
    expect(area(shape({ box: { width: 2, height: 5 } }))).toBe(10);
    expect(area(shape({ inner: { inner: { square: 2 } } }))).toBe(4);
    expect(area(shape({ nothing: null }))).toBe(0);
  });

  it("has its first member set when nothing was set", () => expect(shape({ name: "x" }).which).toBe("circle"));

  it("refuses a member that is not set", () => {
    const square = shape({ square: 3 }) as { circle?: number; box?: object };
    expect(() => square.circle).toThrow(expect.objectContaining({ code: "inactive-union-member" }));
    expect(() => square.box).toThrow(/box/);
  });

  it("answers has… with false for a member that is not set, whatever lies in its place", () => {
    const reader = shape({ label: "text" });
    expect([reader.hasLabel(), reader.hasPolygon(), reader.hasInner()]).toEqual([true, false, false]);
  });

  it("gives the discriminant of a member it does not know", () => {
    const message = new MessageBuilder();
    const builder = message.initRoot(Shape);
    builder.name = "newer";
    builder.nothing = null;
    // Nothing else is set, so the only 16 bits that hold 6 (the discriminant of `nothing`) are the discriminant itself.
    const offset = [...Array(builder.$dataSize / 2).keys()].find((index) => builder.$uint16(index * 2) === 6)! * 2;
    builder.$setUint16(offset, 4242);
    const reader = message.asReader().getRoot(Shape);
    expect(reader.which).toBe(4242);
    expect(area(reader)).toBe(-4242);
    expect(reader.toObject()).toEqual({ name: "newer", filled: false, which: 4242 });
  });
});

describe("a union as a builder", () => {
  it("sets the discriminant with the member", () => {
    const builder = new MessageBuilder().initRoot(Shape);
    builder.square = 2;
    expect([builder.which, builder.square]).toEqual(["square", 2]);
    builder.nothing = null;
    expect(builder.which).toBe("nothing");
    builder.initPolygon(2).at(1).x = 4;
    expect([builder.which, builder.polygon.length]).toEqual(["polygon", 2]);
    expect(() => builder.square).toThrow(expect.objectContaining({ code: "inactive-union-member" }));
    builder.label = "text";
    expect(() => builder.disownPolygon()).toThrow(/polygon/);
  });

  it("zeroes a group when it becomes the one that is set", () => {
    const builder = new MessageBuilder().initRoot(Shape);
    builder.circle = 5;
    expect(builder.initBox().width).toBe(0);
    expect(builder.which).toBe("box");
  });

  it("keeps its member when a value is refused", () => {
    const builder = new MessageBuilder().initRoot(Shape);
    builder.square = 2;
    expect(() => {
      builder.color = "mauve" as "red";
    }).toThrow(/mauve/);
    expect(builder.which).toBe("square");
  });
});

describe("a union as a plain object", () => {
  it("comes out with `which` and that member", () => {
    expect(shape({ name: "s", square: 2, filled: true }).toObject()).toEqual({
      name: "s",
      filled: true,
      which: "square",
      square: 2,
    });
    expect(shape({ nothing: null }).toObject()).toEqual({ name: "", filled: false, which: "nothing", nothing: null });
  });

  it("goes in by the member's name, by `which`, or by both", () => {
    expect(shape({ label: "x" }).which).toBe("label");
    expect(shape({ which: "label", label: "x" }).toObject()).toMatchObject({ label: "x" });
    expect(shape({ which: "nothing" }).which).toBe("nothing");
    expect(shape({ which: "color" }).toObject()).toMatchObject({ which: "color", color: "green" });
  });

  it("gives a member named by `which` alone its default, even if something else lay there", () => {
    const builder = new MessageBuilder().initRoot(Shape);
    builder.assign({ square: 3 }).assign({ which: "circle" });
    expect(builder.circle).toBe(0);
    builder.assign({ label: "x" }).assign({ which: "box" });
    expect(builder.toObject()).toMatchObject({ which: "box", box: { width: 0, height: 0 } });
  });

  it("what came out goes in again", () => {
    for (const init of [
      { circle: 1 },
      { inner: { label: "y" } },
      { box: { width: 1, height: 2 } },
      { color: "red" },
    ] as const) {
      const plain = shape(init).toObject();
      expect(shape(plain).toObject()).toEqual(plain);
    }
  });

  it("readers and builders go in as well", () => {
    expect(shape(shape({ square: 4 })).toObject()).toMatchObject({ square: 4 });
    const builder = new MessageBuilder().initRoot(Shape);
    builder.assign(shape({ box: { width: 3, height: 4 } }));
    expect(builder.box.height).toBe(4);
  });

  it("a member that the schema does not have is refused", () => {
    expect(() => shape({ which: 77 })).toThrow(expect.objectContaining({ code: "unknown-union-member" }));
  });

  it("a named union is a group with a union in it", () => {
    const message = new MessageBuilder();
    const person = message.initRoot(Person);
    person.employment.employer = "ACME";
    expect(person.employment.which).toBe("employer");
    person.employment = { school: { title: "MIT" } };
    const { employment } = message.asReader().getRoot(Person);
    expect(employment.which === "school" && employment.school.title).toBe("MIT");
  });
});
