/** The structs that codecs are compared with C++ on: file and name, from test/schemas. */

export const CORPUS: readonly (readonly [file: string, name: string])[] = [
  ["all-types.capnp", "Scalars"],
  ["all-types.capnp", "Defaults"],
  ["all-types.capnp", "Point"],
  ["all-types.capnp", "Pointers"],
  ["all-types.capnp", "Lists"],
  ["all-types.capnp", "Shape"],
  ["all-types.capnp", "Person"],
  ["generics.capnp", "Uses"],
  ["evolution.capnp", "NewPerson"],
];
