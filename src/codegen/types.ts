/**
 * TypePrinter: how a schema type is written in TypeScript. Each type has several faces: what a reader gives, what a builder
 * gives, what may be assigned, what plain objects hold, the type of the object that stands for it at run time, and that
 * object as an expression.
 */

import type { AnyPointerType, NamedType, Type } from "../schema/model.js";
import type { FileContext, TypeScope } from "./context.js";
import { boundTo } from "./request.js";

interface Primitive {
  /** The TypeScript type. */
  readonly type: string;
  /** `$int32`, `$setInt32`: the verb for fields. */
  readonly verb: string;
  /** Bits in the data section. */
  readonly bits: number;
  /** The type of lists of these. */
  readonly list: string;
  /** The typed array that such a list is read as. */
  readonly array?: string;
}

export const PRIMITIVES: { readonly [which: string]: Primitive | undefined } = {
  bool: { type: "boolean", verb: "Bool", list: "BoolList", bits: 1 },
  int8: { type: "number", verb: "Int8", list: "Int8List", bits: 8, array: "Int8Array" },
  int16: { type: "number", verb: "Int16", list: "Int16List", bits: 16, array: "Int16Array" },
  int32: { type: "number", verb: "Int32", list: "Int32List", bits: 32, array: "Int32Array" },
  int64: { type: "bigint", verb: "Int64", list: "Int64List", bits: 64, array: "BigInt64Array" },
  uint8: { type: "number", verb: "Uint8", list: "UInt8List", bits: 8, array: "Uint8Array" },
  uint16: { type: "number", verb: "Uint16", list: "UInt16List", bits: 16, array: "Uint16Array" },
  uint32: { type: "number", verb: "Uint32", list: "UInt32List", bits: 32, array: "Uint32Array" },
  uint64: { type: "bigint", verb: "Uint64", list: "UInt64List", bits: 64, array: "BigUint64Array" },
  float32: { type: "number", verb: "Float32", list: "Float32List", bits: 32, array: "Float32Array" },
  float64: { type: "number", verb: "Float64", list: "Float64List", bits: 64, array: "Float64Array" },
};

function implicitParameter(parameterIndex: number): Type {
  const implicitMethodParameter = { parameterIndex };
  return { which: "anyPointer", anyPointer: { which: "implicitMethodParameter", implicitMethodParameter } };
}

export class TypePrinter {
  readonly #context: FileContext;
  readonly #scope: TypeScope;

  constructor(context: FileContext, scope: TypeScope) {
    this.#context = context;
    this.#scope = scope;
  }

  /** What a reader's getter gives. */
  reader(type: Type): string {
    switch (type.which) {
      case "list": {
        const element = type.list.elementType;
        return PRIMITIVES[element.which]?.array ?? `$.ListReader<${this.reader(element)}>`;
      }
      case "struct":
        return this.named(type.struct, "Reader");
      case "interface":
        return this.named(type.interface, "Client");
      case "anyPointer":
        return this.#any(type.anyPointer, "Reader");
      default:
        return this.#scalar(type);
    }
  }

  /** What a builder's getter gives. */
  builder(type: Type): string {
    switch (type.which) {
      case "list": {
        const element = type.list.elementType;
        return PRIMITIVES[element.which]?.array ?? `$.ListBuilder<${this.builder(element)}, ${this.input(element)}>`;
      }
      case "struct":
        return this.named(type.struct, "Builder");
      case "interface":
        return this.named(type.interface, "Client");
      case "anyPointer":
        return this.#any(type.anyPointer, "Builder");
      default:
        return this.#scalar(type);
    }
  }

  /** What may be assigned. */
  input(type: Type): string {
    switch (type.which) {
      case "list":
        return `Iterable<${this.input(type.list.elementType)}>`;
      case "struct":
        return `${this.named(type.struct, "Init")} | ${this.named(type.struct, "Builder")}`;
      case "interface":
        return `$.CapabilityInit<${this.named(type.interface, "Client")}, ${this.named(type.interface, "Server")}>`;
      case "anyPointer":
        return this.#any(type.anyPointer, "Init");
      default:
        return this.#scalar(type);
    }
  }

  /** What plain objects hold. A null struct pointer is undefined: a recursive type has no finite default. */
  plain(type: Type): string {
    switch (type.which) {
      case "list": {
        const element = type.list.elementType;
        const array = PRIMITIVES[element.which]?.array;
        if (array) return array;
        const plain = element.which === "struct" ? this.named(element.struct, "Plain") : this.plain(element);
        return plain.includes(" ") ? `(${plain})[]` : `${plain}[]`;
      }
      case "struct":
        return `${this.named(type.struct, "Plain")} | undefined`;
      case "interface":
        return this.named(type.interface, "Client");
      case "anyPointer":
        return this.#any(type.anyPointer, "Plain");
      default:
        return this.#scalar(type);
    }
  }

  #scalar(type: Type): string {
    switch (type.which) {
      case "void":
        return "null";
      case "text":
        return "string";
      case "data":
        return "Uint8Array";
      case "enum":
        return `${this.#context.dotted(type.enum.typeId)} | number`;
      default:
        return PRIMITIVES[type.which]!.type;
    }
  }

  /** The type of the object that stands for a pointer type at run time. */
  descriptor(type: Type): string {
    switch (type.which) {
      case "text":
        return "typeof $.Text";
      case "data":
        return "typeof $.Data";
      case "list": {
        const element = type.list.elementType;
        if (element.which === "void") return "typeof $.VoidList";
        if (element.which === "enum") return `$.EnumList<${this.#context.dotted(element.enum.typeId)}>`;
        const primitive = PRIMITIVES[element.which];
        return primitive ? `typeof $.${primitive.list}` : `$.ListOf<${this.descriptor(element)}>`;
      }
      case "struct":
        return this.named(type.struct, "$Type");
      case "interface":
        return this.named(type.interface, "$Type");
      case "anyPointer":
        return this.#anyDescriptor(type.anyPointer);
      default:
        return "typeof $.AnyPointer";
    }
  }

  #anyDescriptor(type: AnyPointerType): string {
    switch (type.which) {
      case "parameter":
        return this.#scope.typeName(type.parameter.scopeId, type.parameter.parameterIndex);
      case "implicitMethodParameter":
        return this.#scope.implicit[type.implicitMethodParameter.parameterIndex] ?? "typeof $.AnyPointer";
      case "unconstrained":
        return type.unconstrained.which === "capability" ? "typeof $.Capability" : "typeof $.AnyPointer";
    }
  }

  #any(type: AnyPointerType, face: "Reader" | "Builder" | "Init" | "Plain"): string {
    if (type.which === "unconstrained") {
      if (type.unconstrained.which === "capability")
        return face === "Init" ? "$.CapabilityInit<$.CapabilityClient, object>" : "$.CapabilityClient";
      if (face === "Plain") return "$.AnyPointerReader | null";
      return face === "Init" ? "$.AnyPointerInput" : `$.AnyPointer${face}`;
    }
    return `$.${face}Of<${this.#anyDescriptor(type)}>`;
  }

  /** The face `member` of a struct, enum or interface: `Map.Reader<$.Text, Person.$Type>`. */
  named(type: NamedType, member: string): string {
    return `${this.#context.dotted(type.typeId)}.${member}${this.typeArguments(type)}`;
  }

  /** Type arguments for a reference to a generic type; nothing when everything is unbound. */
  typeArguments(type: NamedType): string {
    const bindings = this.#bindings(type);
    return bindings
      ? `<${bindings.map((each) => (each ? this.descriptor(each) : "typeof $.AnyPointer")).join(", ")}>`
      : "";
  }

  #bindings({ typeId, brand }: NamedType): (Type | null)[] | null {
    const { request } = this.#context;
    const isMethodStruct = request.methodStruct(typeId) !== undefined;
    const bindings = request.typeParameters(typeId).map((each) => {
      // A parameter list's own type parameters are the method's; no brand says so.
      const implicit = isMethodStruct && each.scopeId === typeId;
      return implicit ? implicitParameter(each.index) : boundTo(brand, each);
    });
    return bindings.some((each) => each !== null) ? bindings : null;
  }

  /** The object that stands for a pointer type at run time, as an expression. */
  value(type: Type): string {
    switch (type.which) {
      case "text":
        return "$.Text";
      case "data":
        return "$.Data";
      case "list": {
        const element = type.list.elementType;
        if (element.which === "void") return "$.VoidList";
        if (element.which === "enum") return `$.enumList(${this.#context.value(element.enum.typeId)}$$type)`;
        const primitive = PRIMITIVES[element.which];
        return primitive ? `$.${primitive.list}` : `$.listOf(${this.value(element)})`;
      }
      case "struct":
        return this.namedValue(type.struct);
      case "interface":
        return this.namedValue(type.interface);
      case "anyPointer":
        return this.#anyValue(type.anyPointer);
      default:
        return "$.AnyPointer";
    }
  }

  #anyValue(type: AnyPointerType): string {
    switch (type.which) {
      case "parameter":
        return this.#scope.valueName(type.parameter.scopeId, type.parameter.parameterIndex);
      case "implicitMethodParameter":
        return this.#scope.implicitValue(type.implicitMethodParameter.parameterIndex);
      case "unconstrained":
        return type.unconstrained.which === "capability" ? "$.Capability" : "$.AnyPointer";
    }
  }

  /** The run-time object of a struct or interface with its type arguments bound. */
  namedValue(type: NamedType): string {
    const name = this.#context.value(type.typeId);
    const bound = this.bound(type);
    return bound ? `${name}.of(${bound.join(", ")})` : name;
  }

  /** The run-time objects bound to the parameters of a generic type; null when everything is unbound. */
  bound(type: NamedType): string[] | null {
    return this.#bindings(type)?.map((each) => (each ? this.value(each) : "$.AnyPointer")) ?? null;
  }

  /** The class of a struct's pipelines, knowing its type arguments. */
  pipelineValue(type: NamedType): string {
    const name = `${this.#context.value(type.typeId)}$Pipeline`;
    const count = this.#context.request.typeParameters(type.typeId).length;
    if (count === 0) return name;
    const bound = this.bound(type) ?? new Array<string>(count).fill("$.AnyPointer");
    const face = this.#context.out.typed(`<${this.named(type, "Pipeline")}>`);
    return `$.bindPipeline${face}(${name}, $.brand([${bound.join(", ")}]))`;
  }
}
