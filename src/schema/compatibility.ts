/**
 * Which of two versions of a node is the newer one, by the rules of schema evolution: fields, enumerants and methods are added at the
 * end, structs grow, a field may become a group or an AnyPointer. A change that goes both ways at once, or that would make one
 * version misread the other's messages, is incompatible. Names, scopes and annotations don't matter, as in C++.
 */

import {
  type EnumNode,
  type Field,
  type InterfaceNode,
  type Method,
  NO_DISCRIMINANT,
  type Node,
  type Slot,
  type StructNode,
  type Type,
  type Value,
} from "./model.js";

export type Comparison =
  | { readonly verdict: "equivalent" | "newer" | "older" }
  | { readonly verdict: "incompatible"; readonly reason: string };

/** How `replacement` compares with `known`. `find` gives other loaded nodes, for a list of primitives that became one of structs. */
export function compareNodes(known: Node, replacement: Node, find: (id: bigint) => Node | undefined): Comparison {
  try {
    const comparer = new Comparer(find);
    comparer.nodes(known, replacement);
    return { verdict: comparer.verdict };
  } catch (error) {
    if (error instanceof Incompatible) return { verdict: "incompatible", reason: error.reason };
    throw error;
  }
}

class Incompatible {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

class Comparer {
  verdict: "equivalent" | "newer" | "older" = "equivalent";
  readonly #find: (id: bigint) => Node | undefined;

  constructor(find: (id: bigint) => Node | undefined) {
    this.#find = find;
  }

  nodes(known: Node, replacement: Node): void {
    this.#sizes(known.parameters.length, replacement.parameters.length);
    if (known.which === "struct" && replacement.which === "struct") this.#structs(known.struct, replacement.struct);
    else if (known.which === "enum" && replacement.which === "enum") this.#enums(known.enum, replacement.enum);
    else if (known.which === "interface" && replacement.which === "interface")
      this.#interfaces(known.interface, replacement.interface);
    else this.#same(known.which, replacement.which, "the kind of declaration changed");
  }

  #structs(known: StructNode, replacement: StructNode): void {
    this.#sizes(known.dataWordCount, replacement.dataWordCount);
    this.#sizes(known.pointerCount, replacement.pointerCount);
    this.#sizes(known.discriminantCount, replacement.discriminantCount);
    if (known.discriminantCount > 0 && replacement.discriminantCount > 0)
      this.#same(known.discriminantOffset, replacement.discriminantOffset, "the discriminant of the union moved");
    // Both are in the order of ordinals.
    this.#sizes(known.fields.length, replacement.fields.length);
    const count = Math.min(known.fields.length, replacement.fields.length);
    for (let i = 0; i < count; i++) this.#fields(known.fields[i]!, replacement.fields[i]!);
  }

  #fields(known: Field, replacement: Field): void {
    // A field outside of unions may become the first member of one.
    const discriminant = ({ discriminantValue }: Field) =>
      discriminantValue === NO_DISCRIMINANT ? 0 : discriminantValue;
    this.#same(discriminant(known), discriminant(replacement), `the discriminant of ${known.name} changed`);
    if (known.which === "slot" && replacement.which === "slot") this.#slots(known.name, known.slot, replacement.slot);
    else if (known.which === "group" && replacement.which === "group")
      this.#same(known.group.typeId, replacement.group.typeId, `the id of group ${known.name} changed`);
    else if (known.which === "slot" && replacement.which === "group") {
      this.#newer();
      this.#intoStruct(known.name, known.slot.type, replacement.group.typeId, known.slot.offset);
    } else if (known.which === "group" && replacement.which === "slot") {
      this.#older();
      this.#intoStruct(known.name, replacement.slot.type, known.group.typeId, replacement.slot.offset);
    }
  }

  #slots(name: string, known: Slot, replacement: Slot): void {
    this.#types(name, known.type, replacement.type, false);
    this.#same(known.offset, replacement.offset, `field ${name} moved`);
    this.#defaults(name, known.defaultValue, replacement.defaultValue);
  }

  #types(name: string, known: Type, replacement: Type, inList: boolean): void {
    if (known.which !== replacement.which) {
      if (becomesPointer(known, replacement)) this.#newer();
      else if (becomesPointer(replacement, known)) this.#older();
      else if (inList && replacement.which === "struct") {
        this.#newer();
        this.#intoStruct(name, known, replacement.struct.typeId, 0);
      } else if (inList && known.which === "struct") {
        this.#older();
        this.#intoStruct(name, replacement, known.struct.typeId, 0);
      } else throw new Incompatible(`the type of ${name} changed from ${known.which} to ${replacement.which}`);
      return;
    }
    if (known.which === "list" && replacement.which === "list")
      this.#types(name, known.list.elementType, replacement.list.elementType, true);
    else if (known.which === "enum" && replacement.which === "enum")
      this.#same(known.enum.typeId, replacement.enum.typeId, `${name} changed to another enum`);
    else if (known.which === "struct" && replacement.which === "struct")
      this.#same(known.struct.typeId, replacement.struct.typeId, `${name} changed to another struct type`);
    else if (known.which === "interface" && replacement.which === "interface")
      this.#same(known.interface.typeId, replacement.interface.typeId, `${name} changed to another interface`);
  }

  /** A value of `type` may turn into a struct (or group) whose first field it is, in the same place. */
  #intoStruct(name: string, type: Type, structId: bigint, offset: number): void {
    const struct = this.#find(structId);
    // Not loaded yet: as far as anybody knows it fits.
    if (struct === undefined) return;
    const first = struct.which === "struct" ? struct.struct.fields[0] : undefined;
    if (first?.which !== "slot" || first.slot.offset !== offset) {
      throw new Incompatible(`${name} changed to a struct that does not begin with what it was`);
    }
    this.#types(name, type, first.slot.type, false);
  }

  #defaults(name: string, known: Value, replacement: Value): void {
    if (known.which !== replacement.which || POINTERS.has(known.which)) return;
    const content = (value: Value) => (value as unknown as { readonly [which: string]: unknown })[value.which];
    // Object.is: a default of nan is the same default.
    if (!Object.is(content(known), content(replacement))) throw new Incompatible(`the default of ${name} changed`);
  }

  #enums(known: EnumNode, replacement: EnumNode): void {
    this.#sizes(known.enumerants.length, replacement.enumerants.length);
  }

  #interfaces(known: InterfaceNode, replacement: InterfaceNode): void {
    const before = new Set(known.superclasses.map(({ id }) => id));
    const after = new Set(replacement.superclasses.map(({ id }) => id));
    if ([...before].some((id) => !after.has(id))) this.#older();
    if ([...after].some((id) => !before.has(id))) this.#newer();
    this.#sizes(known.methods.length, replacement.methods.length);
    const count = Math.min(known.methods.length, replacement.methods.length);
    for (let i = 0; i < count; i++) this.#methods(known.methods[i]!, replacement.methods[i]!);
  }

  #methods(known: Method, replacement: Method): void {
    this.#same(known.paramStructType, replacement.paramStructType, `the parameters of method ${known.name} changed`);
    this.#same(known.resultStructType, replacement.resultStructType, `the results of method ${known.name} changed`);
  }

  #same<T>(known: T, replacement: T, reason: string): void {
    if (known !== replacement) throw new Incompatible(reason);
  }

  #sizes(known: number, replacement: number): void {
    if (replacement > known) this.#newer();
    else if (replacement < known) this.#older();
  }

  #newer(): void {
    if (this.verdict === "older") throw new Incompatible(BOTH_WAYS);
    this.verdict = "newer";
  }

  #older(): void {
    if (this.verdict === "newer") throw new Incompatible(BOTH_WAYS);
    this.verdict = "older";
  }
}

const BOTH_WAYS = "some changes are upgrades and some are downgrades";

const POINTERS: ReadonlySet<string> = /*@__PURE__*/ new Set("text data list struct interface anyPointer".split(" "));

/** Whether `after` reads everything that `before` wrote: Data of Text and of byte lists, AnyPointer of any pointer. */
function becomesPointer(before: Type, after: Type): boolean {
  if (after.which === "anyPointer") return POINTERS.has(before.which);
  if (after.which !== "data") return false;
  if (before.which === "list") return ["int8", "uint8"].includes(before.list.elementType.which);
  return before.which === "text";
}
