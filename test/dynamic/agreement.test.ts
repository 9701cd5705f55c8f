/** The dynamic and the generated face of one schema agree: on bytes, on every field, and on plain objects. */

import { Client } from "capwire";
import { loadGenerated } from "capwire/dynamic";
import { AnyPointerReader, MessageBuilder, MessageReader, type StructType } from "capwire/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as allTypes from "../schemas/all-types.capnp.js";
import * as constants from "../schemas/constants.capnp.js";
import * as generics from "../schemas/generics.capnp.js";
import * as nameClash from "../schemas/name-clash.capnp.js";
import { structArbitrary } from "./arbitrary.js";

type AnyStruct = StructType<{ toObject(): object }, { assign(init: object): unknown; toObject(): object }, object>;

const FILES = { allTypes, generics, nameClash } as const;
const STRUCTS: { readonly [file in keyof typeof FILES]: readonly string[] } = {
  allTypes: ["Scalars", "Defaults", "Point", "Pointers", "Lists", "Shape", "Person"],
  generics: ["Uses", "Item"],
  nameClash: ["Members", "Choice", "Outer", "Object", "Promise", "Number", "Array"],
};

/** Room for all: otherwise where a message is split into segments depends on the memory that others took before. */
const ONE_SEGMENT = { firstSegmentWords: 1 << 14 };

function bytesOf(type: AnyStruct, init: object): Uint8Array {
  const message = new MessageBuilder(ONE_SEGMENT);
  message.initRoot(type).assign(init);
  return message.toBytes();
}

/** What every property of a reader says, errors included. */
function fieldsOf(reader: object, properties: readonly string[]): object {
  return Object.fromEntries(
    properties.map((property) => {
      try {
        const value = (reader as { [name: string]: unknown })[property];
        const plain =
          typeof value === "object" && value !== null && "toObject" in value && typeof value.toObject === "function";
        return [property, plain ? (value as { toObject(): object }).toObject() : simplified(value)];
      } catch (error) {
        return [property, (error as { code: string }).code];
      }
    }),
  );
}

function simplified(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if ("map" in value) return (value as { map(f: (each: unknown) => unknown): unknown[] }).map((each) => typeof each);
  if ("isNull" in value) return value.isNull;
  return value.constructor.name;
}

/** Pointers of no known type only by whether they are null. */
function comparable(value: unknown): unknown {
  if (value instanceof AnyPointerReader) return value.isNull ? null : "a pointer";
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Client)
    return simplified(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, comparable(each)]));
}

describe("generated and dynamic structs", () => {
  for (const file of Object.keys(FILES) as (keyof typeof FILES)[]) {
    const module = loadGenerated(FILES[file].$schema);
    for (const name of STRUCTS[file]) {
      it(`of ${file}.${name} write the same bytes and read the same fields`, () => {
        const dynamic = module.$struct(name);
        const generated = (FILES[file] as unknown as { [name: string]: AnyStruct })[name] as AnyStruct;
        const { schema } = dynamic;
        const properties = schema.fields.map((field) => field.property);
        if (schema.hasUnion) properties.push("which");
        fc.assert(
          fc.property(structArbitrary(schema, file === "nameClash" ? 1 : 2), (init) => {
            const bytes = bytesOf(generated, init);
            const built = dynamic.newMessage(init, ONE_SEGMENT);
            expect(built.toBytes()).toEqual(bytes);
            const ours = dynamic.read(bytes);
            const theirs = new MessageReader([bytes.subarray(8)]).getRoot(generated);
            expect(fieldsOf(ours, properties)).toEqual(fieldsOf(theirs, properties));
            expect(comparable(ours.toObject())).toEqual(comparable(theirs.toObject()));
            expect(Object.keys(ours.toObject())).toEqual(Object.keys(theirs.toObject()));
            expect(comparable(dynamic.newMessage(ours.toObject()).toObject())).toEqual(comparable(ours.toObject()));
          }),
          { numRuns: 40, endOnFailure: true, interruptAfterTimeLimit: 5_000 },
        );
      });
    }
  }
});

describe("generated and dynamic declarations", () => {
  const generated = nameClash as unknown as { readonly [name: string]: object };
  const dynamic = loadGenerated(nameClash.$schema);

  it("have the same names, however odd", () => {
    const { Outer } = dynamic as unknown as { Outer: object };
    const getters = Object.entries(Object.getOwnPropertyDescriptors(Outer)).filter(([, { get }]) => get);
    const nested = getters.map(([name]) => name);
    expect(nested).toEqual(expect.arrayContaining(["Reader_", "Outer", "Kind", "name_", "read_"]));
    for (const name of nested) expect(nameClash.Outer).toHaveProperty(name);
  });

  it("have the same constants", () => {
    // Generated code has what lies behind a pointer as a function that reads it.
    const plain = (value: unknown): unknown => {
      if (typeof value === "function") return plain(value());
      return typeof value === "object" && value !== null && "toObject" in value
        ? (value as { toObject(): object }).toObject()
        : simplified(value);
    };
    for (const [file, module] of [
      [generated, dynamic],
      [constants as unknown as { readonly [name: string]: object }, loadGenerated(constants.$schema)],
    ] as const) {
      const names = module.$schema.nested.filter((each) => each.kind === "const").map((each) => each.shortName);
      for (const name of names)
        expect(plain(module.$constant(name))).toEqual(plain(file[name in file ? name : `${name}_`]));
    }
  });

  it.each(["Service", "Base", "Derived"])("have the same methods in %s", (name) => {
    const methods = (type: { Client: { prototype: object } }) =>
      Object.getOwnPropertyNames(type.Client.prototype).filter(
        (each) => !each.startsWith("$") && each !== "constructor",
      );
    expect(methods(dynamic.$interface(name)).sort()).toEqual(methods(generated[name] as never).sort());
  });

  it.each(["Members", "Choice", "Outer"])("have the same members in %s", (name) => {
    const type = generated[name] as unknown as { Reader: { prototype: object }; Builder: { prototype: object } };
    const own = (prototype: object) => Object.getOwnPropertyNames(prototype).filter((each) => each !== "$brand");
    const { Reader, Builder } = dynamic.$struct(name);
    for (const [ours, theirs] of [
      [Reader, type.Reader],
      [Builder, type.Builder],
    ] as const) {
      for (const member of own(theirs.prototype)) expect([member, member in ours.prototype]).toEqual([member, true]);
    }
  });
});
