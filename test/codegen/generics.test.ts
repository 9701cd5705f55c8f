/** Type parameters: bound at run time, real TypeScript generics, AnyPointer where nothing is bound. */

import { type AnyPointerReader, AnyStruct, Data, Int32List, listOf, MessageBuilder, Text } from "capwire/wire";
import { describe, expect, expectTypeOf, it } from "vitest";
import { Box, Map as CapnpMap, Item, Outer, Uses } from "../schemas/generics.capnp.js";

describe("a generic struct", () => {
  it("is bound by of(), once for each list of types", () => {
    expect(CapnpMap.of(Text, Item)).toBe(CapnpMap.of(Text, Item));
    expect(CapnpMap.of(Text, Item)).not.toBe(CapnpMap.of(Text, Text));
    expect(CapnpMap.of(Text, Item)).not.toBe(CapnpMap.of(Item, Text));
    expect(listOf(Box.of(Text))).toBe(listOf(Box.of(Text)));
  });

  it("reads and writes what it was bound to", () => {
    const message = new MessageBuilder();
    const map = message.initRoot(CapnpMap.of(Text, Item));
    map.assign({ entries: [{ key: "a", value: { name: "first" } }, { key: "b" }] });
    map.entries.at(1).value.name = "second";
    const entries = message.asReader().getRoot(CapnpMap.of(Text, Item)).entries;
    expectTypeOf(entries.at(0).key).toEqualTypeOf<string>();
    expectTypeOf(entries.at(0).value).toEqualTypeOf<Item.Reader>();
    expect(entries.map(({ key, value }) => [key, value.name])).toEqual([
      ["a", "first"],
      ["b", "second"],
    ]);
    expect(map.toObject()).toEqual({
      entries: [
        { key: "a", value: { name: "first" } },
        { key: "b", value: { name: "second" } },
      ],
    });
  });

  it("is bound to text, data, lists and generics as well as to structs", () => {
    const message = new MessageBuilder();
    message.setRoot(CapnpMap.of(Data, listOf(Int32List)), {
      entries: [{ key: Uint8Array.of(1), value: [[1, 2], [3]] }],
    });
    const [entry] = message
      .asReader()
      .getRoot(CapnpMap.of(Data, listOf(Int32List)))
      .entries.toArray();
    expect(entry?.key).toEqual(Uint8Array.of(1));
    expect(entry?.value.map((each) => [...each])).toEqual([[1, 2], [3]]);
  });

  it("has AnyPointers where nothing is bound", () => {
    const message = new MessageBuilder();
    message.setRoot(CapnpMap.of(Text, Text), { entries: [{ key: "k", value: "v" }] });
    const unbound = message.asReader().getRoot(CapnpMap);
    expectTypeOf(unbound.entries.at(0).key).toEqualTypeOf<AnyPointerReader>();
    expect(unbound.entries.at(0).key.as(Text)).toBe("k");
    expect(unbound.toObject().entries[0]?.value?.as(Text)).toBe("v");
  });

  it("passes its parameters on to groups, unions and itself", () => {
    const message = new MessageBuilder();
    const box = message.initRoot(Box.of(Text));
    box.assign({ value: "outer", group: { another: "grouped", count: 2 }, box: { value: "inner", one: "one" } });
    expect(box.group.another).toBe("grouped");
    const reader = message.asReader().getRoot(Box.of(Text));
    expect(reader.which === "box" && reader.box.which === "one" && reader.box.one).toBe("one");
    expect(reader.toObject()).toEqual({
      value: "outer",
      group: { another: "grouped", count: 2 },
      which: "box",
      box: { value: "inner", group: { another: "", count: 0 }, which: "one", one: "one" },
    });
    box.boxes = [{ value: { value: "nested", one: "x" } }];
    const again = message.asReader().getRoot(Box.of(Text));
    expect(again.which === "boxes" && again.boxes.at(0).value.value).toBe("nested");
  });
});

describe("fields of bound generic types", () => {
  it("are typed and read as bound", () => {
    const message = new MessageBuilder();
    const uses = message.initRoot(Uses);
    uses.assign({
      strings: { entries: [{ key: "a", value: "b" }] },
      items: { entries: [{ key: "i", value: { name: "item" } }] },
      datas: { entries: [{ key: Uint8Array.of(7), value: [1, 2] }] },
      nested: { entries: [{ key: "n", value: { entries: [{ key: "m", value: [{ name: "deep" }] }] } }] },
      entry: { key: "e", value: { name: "entry" } },
      box: { one: "boxed" },
      colors: { value: ["green", "red"] },
      lists: { value: [[{ name: "listed" }], []] },
    });
    const reader = message.asReader().getRoot(Uses);
    expectTypeOf(reader.nested.entries.at(0).value.entries.at(0).value.at(0).name).toEqualTypeOf<string>();
    expect(reader.strings.entries.at(0).value).toBe("b");
    expect(reader.items.entries.at(0).value.name).toBe("item");
    expect([...reader.datas.entries.at(0).value]).toEqual([1, 2]);
    expect(reader.nested.entries.at(0).value.entries.at(0).value.at(0).name).toBe("deep");
    expect(reader.entry.value.name).toBe("entry");
    expect(reader.box.which === "one" && reader.box.one).toBe("boxed");
    expect(reader.colors.value.toArray()).toEqual(["green", "red"]);
    expect(reader.lists.value.at(0).at(0).name).toBe("listed");
    const plain = reader.toObject();
    expect(plain.nested).toEqual({
      entries: [{ key: "n", value: { entries: [{ key: "m", value: [{ name: "deep" }] }] } }],
    });
    expect(plain.lists?.value).toEqual([[{ name: "listed" }], []]);
    expect(plain.stores).toBeUndefined();
    const copy = new MessageBuilder();
    copy.setRoot(Uses, { ...plain, unbound: undefined });
    expect(copy.getRoot(Uses).toObject()).toEqual(plain);
  });

  it("an unbound field takes a message of any binding", () => {
    const source = new MessageBuilder();
    source.setRoot(CapnpMap.of(Text, Text), { entries: [{ key: "k", value: "v" }] });
    const uses = new MessageBuilder().initRoot(Uses);
    uses.$pointer(5).set(AnyStruct, source.asReader().getRoot(CapnpMap.of(Text, Text)));
    expect(uses.unbound.entries.at(0).value.as(Text)).toBe("v");
  });
});

describe("declarations inside a generic struct", () => {
  it("take its parameters along", async () => {
    const message = new MessageBuilder();
    const outer = message.initRoot(Outer.of(Text));
    outer.assign({
      inner: { x: 1, kind: "fancy" },
      deep: { t: "outer's", u: "its own", box: { one: "boxed" } },
      deeper: { t: { name: "an item" }, u: "text" },
      right: { inner: { x: 2 }, many: [{ t: "t", u: { name: "u" } }] },
    });
    const reader = message.asReader().getRoot(Outer.of(Text));
    expect(reader.inner.kind).toBe("fancy");
    expect([reader.deep.t, reader.deep.u]).toEqual(["outer's", "its own"]);
    expect([reader.deeper.t.name, reader.deeper.u]).toEqual(["an item", "text"]);
    expect(reader.which === "right" && reader.right.many.at(0).u.name).toBe("u");
    expectTypeOf(reader.deeper).toEqualTypeOf<Outer.Deep.Reader<Item.$Type, typeof Text>>();
    expect(reader.toObject()).toMatchObject({ which: "right", right: { many: [{ t: "t", u: { name: "u" } }] } });
  });

  it("constants and enums need none", () => {
    expect(Outer.limit).toBe(3);
    expect(Outer.Kind.fancy).toBe("fancy");
    expectTypeOf<Outer.Kind>().toEqualTypeOf<"plain" | "fancy">();
  });

  it("interfaces are bound with the fields that hold them", async () => {
    const outer = new MessageBuilder().initRoot(Outer.of(Text));
    const server: Outer.Service.Server<typeof Text> = {
      get: () => ({ value: "v", inner: { x: 5 } }),
      swap: ({ value }) => ({ deep: { t: "t", u: value } }),
    };
    outer.service = server;
    const { value, inner } = await outer.service.get();
    expect([value, inner.x]).toEqual(["v", 5]);
    const { deep } = await outer.service.swap({ value: { name: "swapped" } }, { types: [Item] });
    expect([deep.t, deep.u.name]).toEqual(["t", "swapped"]);
    using bound = Outer.Service.of(Text).serve(server);
    expect((await bound.get().inner).x).toBe(5);
  });
});
