/**
 * What fields and methods are called in JavaScript, for generated and dynamic code alike: the schema's name, unless every object,
 * promise, reader or client means something else by it; then it gets a trailing `_`, which Cap'n Proto names cannot have.
 */

import type { Field, Method } from "./model.js";

/** What every object has, so that a plain object seems to have a field of that name; and `then` and `toJSON`, which promises and JSON call. */
export const OBJECT_MEMBERS: readonly string[] =
  "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf toJSON then".split(
    " ",
  );

/** Members of readers and builders, and of the pipelines that share the fields' names. */
export const STRUCT_MEMBERS: readonly string[] = [
  ...OBJECT_MEMBERS,
  "which",
  "toObject",
  "assign",
  "asReader",
  "catch",
  "finally",
  "dup",
];

/** Members of every client; a server object is only looked at for the names its client has. */
export const CLIENT_MEMBERS: readonly string[] = [
  ...OBJECT_MEMBERS,
  "catch",
  "finally",
  "dup",
  "castAs",
  "whenResolved",
  "client",
];

/** Members of the objects that stand for types at run time, and of their namespaces. */
export const TYPE_MEMBERS: readonly string[] =
  "kind id name dataWords pointerCount displayName read zero get init set toPlain assign of supers methods Reader Builder Init Plain Pipeline Client Server prototype length caller".split(
    " ",
  );

/** A set of names in use; `claim` makes one that is free. */
export class NameSet {
  readonly #taken: Set<string>;

  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved);
  }

  claim(preferred: string): string {
    let name = preferred;
    while (this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    return name;
  }
}

/** What the members made from one field are called. */
export interface FieldNames {
  /** The property, on readers, builders, pipelines and plain objects alike. */
  readonly property: string;
  readonly has: string;
  readonly init: string;
  readonly disown: string;
  readonly adopt: string;
}

/** What the members made from a struct's fields are called, in the order of `fields`. */
export function fieldNames(fields: readonly Field[]): FieldNames[] {
  const members = new NameSet(STRUCT_MEMBERS);
  // Properties first, so that a field called `hasName` keeps its name and field `name` gives way.
  const properties = fields.map((field) => members.claim(field.name));
  return fields.map((field, index) => {
    const suffix = pascalCase(field.name);
    return {
      property: properties[index]!,
      has: members.claim(`has${suffix}`),
      init: members.claim(`init${suffix}`),
      disown: members.claim(`disown${suffix}`),
      adopt: members.claim(`adopt${suffix}`),
    };
  });
}

/** The member names of an interface's own methods; `inherited` keep theirs. */
export function methodProperties(methods: readonly Method[], inherited: Iterable<string>): string[] {
  const members = new NameSet(CLIENT_MEMBERS);
  for (const name of inherited) members.claim(name);
  return methods.map((method) => members.claim(method.name));
}

/** `fooBar` as `FooBar`. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
