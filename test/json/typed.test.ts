/** TypedJson: JSON of generated types, generic ones included. */

import { loadGenerated } from "capwire/dynamic";
import { JsonError, TypedJson } from "capwire/json";
import { Data, enumList, Int32List, listOf, MessageBuilder, Text } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { $schema, Lists, Person, Shape } from "../schemas/all-types.capnp.js";
import * as generics from "../schemas/generics.capnp.js";

describe("generated types", () => {
  const json = new TypedJson($schema);

  test("plain objects, builders and readers become JSON, and JSON becomes readers", () => {
    const text = json.encode(Person, { name: "Ada", employment: { employer: "Analytical" }, notes: [{ mood: "sad" }] });
    const person = json.decode(Person, text);
    expect(person.name).toBe("Ada");
    expect(person.employment).toMatchObject({ which: "employer", employer: "Analytical" });
    expect(json.encode(Person, person)).toBe(text);
    expect(json.encode(Person, json.decodeMessage(Person, text).getRoot(Person))).toBe(text);
  });

  test("typed lists and unions arrive as they are", () => {
    const lists = json.decode(Lists, '{"bools": [true, false], "uint64s": ["1", 2], "voids": [null, null]}');
    expect([...lists.bools]).toEqual([true, false]);
    expect(lists.uint64s).toEqual(BigUint64Array.of(1n, 2n));
    expect(lists.voids.length).toBe(2);
    expect(json.decode(Shape, '{"color": "blue"}')).toMatchObject({ which: "color", color: "blue" });
  });

  test("generic ones are bound to what their type arguments say", () => {
    const typed = new TypedJson(generics.$schema);
    const map = generics.Map.of(Text, generics.Item);
    const text = typed.encode(map, { entries: [{ key: "a", value: { name: "first" } }, { key: "b" }] });
    expect(text).toBe('{"entries":[{"key":"a","value":{"name":"first"}},{"key":"b"}]}');
    const entries = typed.decode(map, text).entries;
    expect(entries.map(({ key, value }) => [key, value.name])).toEqual([
      ["a", "first"],
      ["b", ""],
    ]);
    const lists = generics.Box.of(listOf(Int32List));
    expect(typed.encode(lists, { value: [[1, 2], []], none: null })).toBe(
      '{"value":[[1,2],[]],"group":{"count":0},"none":null}',
    );
    const deep = generics.Outer.Deep.of(Data, generics.Map.of(Text, Text));
    expect(typed.decode(deep, '{"t": [1, 2], "u": {"entries": [{"key": "k"}]}}').u.entries.at(0).key).toBe("k");
  });

  test("generic ones may be bound to lists of enums and to dynamic types", () => {
    const typed = new TypedJson(generics.$schema);
    const [entry] = typed.decode(generics.Uses, '{"colors": {"value": ["green", "red"]}}').colors.value.toArray();
    expect(entry).toBe("green");
    const colors = generics.Map.of(Text, enumList({ names: ["red", "green"] }));
    expect(typed.encode(colors, { entries: [{ key: "k", value: ["red"] }] })).toBe(
      '{"entries":[{"key":"k","value":["red"]}]}',
    );
    const module = loadGenerated(generics.$schema);
    const dynamic = module.$struct("Map").of(module.$struct("Item"), module.$struct("Item"));
    expect(typed.encode(dynamic, { entries: [{ key: { name: "k" } }] })).toBe('{"entries":[{"key":{"name":"k"}}]}');
  });

  test("generic ones that nothing is bound to have pointers of which JSON knows nothing", () => {
    const typed = new TypedJson(generics.$schema);
    const value = { entries: [{ key: "a" }] };
    const message = new MessageBuilder();
    message.setRoot(generics.Map.of(Text, Text), value);
    expect(() => typed.encode(generics.Map, message.asReader().getRoot(generics.Map))).toThrow(JsonError);
  });
});
