/**
 * What the annotations of /capnp/json.capnp make of a struct: the name of every member, what is flattened into what, and where a
 * union says which member is set. One plan per struct, the same for encoding and decoding.
 */

import { type FieldAccess, fieldAccess } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import type { SchemaValue } from "../schema/node-schema.js";
import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { DiscriminatorOptions, FlattenOptions } from "../std/json.js";
import { AnyPointerReader } from "../wire/any-pointer.js";
import { nullPointer } from "../wire/empty.js";
import { JsonError } from "./errors.js";

const NAME = 0xfa5b1fd61c2e7c3dn;
const FLATTEN = 0x82d3e852af0336bfn;
const DISCRIMINATOR = 0xcfa794e8d19a0162n;
const BASE64 = 0xd7d879450a253e4bn;
const HEX = 0xf061e22f0ae5c7b5n;

export interface StructPlan {
  readonly schema: StructSchema;
  /** By field index. */
  readonly fields: readonly FieldPlan[];
  readonly nonUnionFields: readonly FieldPlan[];
  /** By discriminant. */
  readonly unionFields: readonly FieldPlan[];
  /** The member that names the union member that is set. */
  readonly tagName: string | undefined;
  readonly members: ReadonlyMap<string, MemberPlan>;
  /** Union members by what the tag calls them. */
  readonly tagValues: ReadonlyMap<string, FieldPlan>;
}

export interface FieldPlan {
  readonly field: FieldSchema;
  readonly access: FieldAccess;
  /** Its name in JSON. */
  readonly name: string;
  /** What the union's tag calls it. */
  readonly tagValue: string;
  /** The plan of the struct whose members stand in its place. */
  readonly flattened: StructPlan | undefined;
  /** What comes before their names. */
  readonly prefix: string;
  readonly bytes: "array" | "base64" | "hex";
}

/** What a member of the JSON object means. */
export type MemberPlan =
  | { readonly kind: "field"; readonly field: FieldPlan }
  | { readonly kind: "flattened"; readonly field: FieldPlan }
  | { readonly kind: "tag" }
  /** The value of whichever union member is set. */
  | { readonly kind: "union-value" }
  /** A member of whichever flattened union member is set. */
  | { readonly kind: "flattened-union" };

interface Discriminator {
  readonly name: string | undefined;
  readonly valueName: string | undefined;
}

/** Makes and keeps plans. */
export class Plans {
  readonly #plans = new WeakMap<StructSchema, StructPlan>();
  readonly #building = new Set<StructSchema>();

  /** Throws JsonError "annotation". */
  of(schema: StructSchema): StructPlan {
    return this.#plans.get(schema) ?? this.#make(schema, structDiscriminator(schema), undefined);
  }

  #make(schema: StructSchema, discriminator: Discriminator | undefined, unionName: string | undefined): StructPlan {
    if (this.#building.has(schema)) throw mistake(schema.name, "is flattened into itself");
    this.#building.add(schema);
    try {
      const plan = this.#build(schema, discriminator, unionName);
      this.#plans.set(schema, plan);
      return plan;
    } finally {
      this.#building.delete(schema);
    }
  }

  #build(schema: StructSchema, discriminator: Discriminator | undefined, unionName: string | undefined): StructPlan {
    const tagName = discriminator && (discriminator.name ?? unionName);
    const valueName = discriminator?.valueName;
    const members = new Members(schema);
    if (tagName !== undefined) members.add(tagName, { kind: "tag" });
    if (valueName !== undefined) members.add(valueName, { kind: "union-value" });
    const tagValues = new Map<string, FieldPlan>();
    const fields = schema.fields.map((field) => {
      const plan = this.#field(field, valueName);
      if (plan.flattened) members.addFlattened(plan, plan.flattened);
      else if (field.discriminant === null || valueName === undefined)
        members.add(plan.name, { kind: "field", field: plan });
      if (field.discriminant !== null) {
        if (tagValues.has(plan.tagValue)) throw mistake(schema.name, `has two union members named ${plan.tagValue}`);
        tagValues.set(plan.tagValue, plan);
      }
      return plan;
    });
    return {
      schema,
      fields,
      nonUnionFields: schema.nonUnionFields.map(({ index }) => fields[index]!),
      unionFields: schema.unionFields.map(({ index }) => fields[index]!),
      tagName,
      members: members.byName,
      tagValues,
    };
  }

  #field(field: FieldSchema, valueName: string | undefined): FieldPlan {
    const { type } = field;
    const ownName = field.annotation(NAME);
    const tagValue = typeof ownName === "string" ? ownName : field.name;
    const flatten = field.annotation(FLATTEN);
    const discriminator = field.annotation(DISCRIMINATOR);
    if (flatten !== undefined && type.kind !== "struct") throw mistake(field, "is no struct, which $flatten needs");
    if (discriminator !== undefined && !field.isGroup) throw mistake(field, "is no union, which $discriminator needs");
    const isFlattened = flatten !== undefined && type.kind === "struct";
    let flattened: StructPlan | undefined;
    if (field.isGroup && type.kind === "struct") {
      // The annotations of a group stand on its field; only when flattened may its name serve as the tag's.
      const plan = this.#make(type.schema, readDiscriminator(discriminator), isFlattened ? field.name : undefined);
      if (isFlattened) flattened = plan;
    } else if (isFlattened) {
      flattened = this.of(type.schema);
    }
    return {
      field,
      access: fieldAccess(field, rawTypes),
      name: field.discriminant !== null && valueName !== undefined && !isFlattened ? valueName : tagValue,
      tagValue,
      flattened,
      prefix: isFlattened ? readFlatten(flatten).prefix : "",
      bytes: byteForm(field),
    };
  }
}

/** The members of a JSON object, each name once. */
class Members {
  readonly byName = new Map<string, MemberPlan>();
  readonly #schema: StructSchema;

  constructor(schema: StructSchema) {
    this.#schema = schema;
  }

  add(name: string, member: MemberPlan): void {
    if (this.byName.has(name)) throw mistake(this.#schema.name, `has two members named ${name} in JSON`);
    this.byName.set(name, member);
  }

  /** The same name may come from several members of a union: only one of them is set. */
  addFlattened(field: FieldPlan, { members }: StructPlan): void {
    const isUnion = field.field.discriminant !== null;
    for (const inner of members.keys()) {
      const name = field.prefix + inner;
      if (isUnion && this.byName.get(name)?.kind === "flattened-union") continue;
      this.add(name, isUnion ? { kind: "flattened-union" } : { kind: "flattened", field });
    }
  }
}

function byteForm(field: FieldSchema): FieldPlan["bytes"] {
  const form =
    field.annotation(BASE64) !== undefined ? "base64" : field.annotation(HEX) !== undefined ? "hex" : "array";
  if (form !== "array" && field.type.kind !== "data") throw mistake(field, `is no Data, which $${form} needs`);
  return form;
}

function structDiscriminator(schema: StructSchema): Discriminator | undefined {
  return readDiscriminator(schema.annotation(DISCRIMINATOR));
}

function readDiscriminator(value: SchemaValue | undefined): Discriminator | undefined {
  if (value === undefined) return undefined;
  const options = pointerValue(value).as(DiscriminatorOptions);
  return {
    name: options.hasName() ? options.name : undefined,
    valueName: options.hasValueName() ? options.valueName : undefined,
  };
}

function readFlatten(value: SchemaValue): FlattenOptions {
  return pointerValue(value).as(FlattenOptions);
}

/** A struct value; a schema that gives something else says nothing. */
function pointerValue(value: SchemaValue): AnyPointerReader {
  return value instanceof AnyPointerReader ? value : nullPointer;
}

/** What JSON calls an enum's values, by ordinal. */
export function enumerantNames(
  enumerants: readonly { readonly name: string; annotation(id: bigint): SchemaValue | undefined }[],
): readonly string[] {
  return enumerants.map((each) => {
    const name = each.annotation(NAME);
    return typeof name === "string" ? name : each.name;
  });
}

function mistake(what: FieldSchema | string, problem: string): JsonError {
  return new JsonError("annotation", `${what} ${problem}`);
}
