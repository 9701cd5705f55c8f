/**
 * What generated types allow and refuse. The compiler is the judge (`npm run check`): every `@ts-expect-error` below is a mistake
 * that it must catch. Nothing here needs to run, so functions that would fail at run time are not called.
 */

import type { AnyPointerReader, ListBuilder, ListReader, Text } from "capwire/wire";
import { describe, expectTypeOf, it } from "vitest";
import type { Color, Greeter, Lists, Person, Pointers, Scalars, Shape } from "../schemas/all-types.capnp.js";
import { Color as ColorNames } from "../schemas/all-types.capnp.js";
import type { Map as CapnpMap, Factory, Item, Store } from "../schemas/generics.capnp.js";
import { Item as ItemType } from "../schemas/generics.capnp.js";
import type { File, Named, Sink } from "../schemas/streams.capnp.js";

/** A piece of code that must compile, or must not, and is not run. */
function compiles(_code: (...given: never[]) => unknown): void {}

describe("readers", () => {
  it("are read-only", () => {
    compiles((scalars: Scalars.Reader, person: Person.Reader) => {
      // @ts-expect-error
      scalars.int8 = 1;
      // @ts-expect-error
      person.address.street = "x";
      // @ts-expect-error
      person.initNotes(1);
    });
  });

  it("have the types of the schema", () => {
    expectTypeOf<Scalars.Reader>().toExtend<{
      void: null;
      bool: boolean;
      int32: number;
      int64: bigint;
      uint64: bigint;
      float64: number;
    }>();
    expectTypeOf<Scalars.Reader["color"]>().toEqualTypeOf<Color | number>();
    expectTypeOf<Lists.Reader["int32s"]>().toEqualTypeOf<Int32Array>();
    expectTypeOf<Lists.Reader["uint64s"]>().toEqualTypeOf<BigUint64Array>();
    expectTypeOf<Lists.Reader["texts"]>().toEqualTypeOf<ListReader<string>>();
    expectTypeOf<Lists.Reader["matrix"]>().toEqualTypeOf<ListReader<Float64Array>>();
    expectTypeOf<Lists.Reader["colorLists"]>().toEqualTypeOf<ListReader<ListReader<Color | number>>>();
    expectTypeOf<Pointers.Reader["any"]>().toEqualTypeOf<AnyPointerReader>();
    expectTypeOf<Pointers.Reader["greeter"]>().toEqualTypeOf<Greeter.Client>();
    expectTypeOf<Person>().toEqualTypeOf<Person.Reader>();
    expectTypeOf<Person.Note.Mood>().toEqualTypeOf<"happy" | "sad">();
  });

  it("of unions narrow on `which`, and only then have members", () => {
    compiles((shape: Shape.Reader) => {
      // @ts-expect-error
      shape.circle;
      // @ts-expect-error
      if (shape.which === "square") shape.circle;
      // @ts-expect-error
      if (shape.which === "octagon") return;
      if (shape.which === "box") expectTypeOf(shape.box).toEqualTypeOf<Shape.Box.Reader>();
      switch (shape.which) {
        case "circle":
          return shape.circle;
        case "label":
          return shape.label.length;
        default:
          return shape.filled;
      }
    });
  });
});

describe("enums", () => {
  it("are string literals, with an object for those who prefer names", () => {
    expectTypeOf<Color>().toEqualTypeOf<"red" | "green" | "blue">();
    expectTypeOf(ColorNames.green).toEqualTypeOf<"green">();
    compiles((builder: Scalars.Builder) => {
      builder.color = "red";
      builder.color = ColorNames.blue;
      builder.color = 7;
      // @ts-expect-error
      builder.color = "mauve";
    });
  });
});

describe("what may be assigned", () => {
  it("is checked field by field", () => {
    compiles((person: Person.Builder, scalars: Scalars.Builder, pointers: Pointers.Builder) => {
      person.assign({
        name: "x",
        address: { geo: { latitude: 1 } },
        employment: { employer: "y" },
        notes: [{ mood: "sad" }],
      });
      person.assign({ name: undefined });
      // @ts-expect-error
      person.assign({ nam: "x" });
      // @ts-expect-error
      person.assign({ name: 1 });
      // @ts-expect-error
      person.assign({ notes: [{ mood: "angry" }] });
      // @ts-expect-error
      scalars.int64 = 1;
      // @ts-expect-error
      scalars.int32 = 1n;
      // @ts-expect-error
      pointers.point = null;
      pointers.any = null;
      pointers.greeter = null;
    });
  });

  it("names one member of a union at most", () => {
    expectTypeOf<{ circle: 1 }>().toExtend<Shape.Init>();
    expectTypeOf<{ which: "circle"; circle: 1 }>().toExtend<Shape.Init>();
    expectTypeOf<{ which: "nothing" }>().toExtend<Shape.Init>();
    expectTypeOf<{ name: "no member" }>().toExtend<Shape.Init>();
    expectTypeOf<Shape.Plain>().toExtend<Shape.Init>();
    expectTypeOf<Person.Plain>().toExtend<Person.Init>();
    compiles((shape: Shape.Builder) => {
      // @ts-expect-error
      shape.assign({ circle: 1, square: 2 });
      // @ts-expect-error
      shape.assign({ which: "circle", square: 2 });
      // @ts-expect-error
      shape.assign({ which: "octagon" });
    });
  });

  it("is iterable for lists, which builders are as well", () => {
    expectTypeOf<Lists.Builder["points"]>().toExtend<ListBuilder<{ x: number }, { x: 1 }>>();
    compiles((lists: Lists.Builder, others: Lists.Builder) => {
      lists.points = others.points;
      lists.points = new Set([{ x: 1 }]);
      lists.int32s = [1, 2];
      // @ts-expect-error
      lists.int32s = ["a"];
      // @ts-expect-error
      lists.texts = "a string is iterable, but no list of texts" satisfies never;
    });
  });
});

describe("plain objects", () => {
  it("have every field, and one member of a union", () => {
    expectTypeOf<Pointers.Plain["self"]>().toEqualTypeOf<Pointers.Plain | undefined>();
    expectTypeOf<Pointers.Plain["any"]>().toEqualTypeOf<AnyPointerReader | null>();
    expectTypeOf<Lists.Plain["datas"]>().toEqualTypeOf<Uint8Array[]>();
    expectTypeOf<Lists.Plain["colors"]>().toEqualTypeOf<(Color | number)[]>();
    compiles((shape: Shape.Plain) => (shape.which === "box" ? shape.box.width : undefined));
  });
});

describe("clients and servers", () => {
  it("a subclass stands for its superclasses, and not the other way round", () => {
    expectTypeOf<File.Client>().toExtend<Sink.Client>();
    expectTypeOf<File.Client>().toExtend<Named.Client>();
    expectTypeOf<File.Server>().toExtend<Named.Server>();
    expectTypeOf<Named.Client>().not.toExtend<File.Client>();
  });

  it("params are plain objects or callbacks", () => {
    compiles(async (file: File.Client) => {
      file.read({ from: 1n, to: 2n });
      file.read((params) => {
        params.from = 1n;
      });
      file.read();
      // @ts-expect-error
      file.read({ from: 1 });
      const { bytes } = await file.read({ to: 1n }, { timeout: 5 });
      expectTypeOf(bytes).toEqualTypeOf<Uint8Array>();
      // @ts-expect-error
      file.read({}, { timout: 5 });
    });
  });

  it("a server returns results, a callback, or a promise of these; nothing else", () => {
    class Good implements Named.Server {
      async name() {
        return { name: "n" };
      }
    }
    class Bad implements Named.Server {
      // @ts-expect-error
      name() {
        return { nom: 5 };
      }
    }
    compiles((good: Good, bad: Bad) => [good, bad]);
  });
});

describe("generics", () => {
  it("are different for different types", () => {
    expectTypeOf<CapnpMap.Reader<typeof Text, Item.$Type>["entries"]>().toEqualTypeOf<
      ListReader<CapnpMap.Entry.Reader<typeof Text, Item.$Type>>
    >();
    expectTypeOf<CapnpMap.Entry.Reader<typeof Text, Item.$Type>["key"]>().toEqualTypeOf<string>();
    expectTypeOf<CapnpMap.Entry.Init<typeof Text, Item.$Type>["value"]>().toEqualTypeOf<
      Item.Init | Item.Builder | undefined
    >();
    expectTypeOf<CapnpMap.Entry.Plain<typeof Text, Item.$Type>["value"]>().toEqualTypeOf<Item.Plain | undefined>();
    expectTypeOf<CapnpMap.Reader<typeof Text, typeof Text>>().not.toExtend<CapnpMap.Reader<typeof Text, Item.$Type>>();
    compiles((store: Store.Client<Item.$Type>) => {
      store.put({ key: "k", value: { name: "n" } });
      // @ts-expect-error
      store.put({ key: "k", value: "text" });
    });
  });

  it("of methods are given with the call, or are AnyPointers", () => {
    compiles((factory: Factory.Client) => {
      factory.create({ value: { name: "n" } }, { types: [ItemType] });
      // @ts-expect-error
      factory.create({ value: { name: "n" } });
      // @ts-expect-error
      factory.create({ value: 5 }, { types: [ItemType] });
    });
  });
});
