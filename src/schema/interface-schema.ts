/** InterfaceSchema: an interface's methods, its own and those it inherits, and the structs of their params and results. */

import { UsageError } from "../errors.js";
import { SchemaError } from "./errors.js";
import { methodProperties } from "./member-names.js";
import type { Method } from "./model.js";
import { type AppliedAnnotation, applied, findAnnotation, NodeSchema, type SchemaValue } from "./node-schema.js";
import { resolveBrand, SchemaBrand } from "./schema-brand.js";
import type { StructSchema } from "./struct-schema.js";
import { suggestion } from "./suggest.js";
import type { SchemaType } from "./type.js";

/** Id of `StreamResult` in /capnp/stream.capnp: the results of `-> stream` methods. */
export const STREAM_RESULT_ID = 0x995f9a3377c0b16en;

export class InterfaceSchema extends NodeSchema<"interface"> {
  readonly kind = "interface";
  #methods: readonly MethodSchema[] | null = null;
  #all: ReadonlyMap<string, MethodSchema> | null = null;

  /** Its own methods, by ordinal. */
  get methods(): readonly MethodSchema[] {
    if (!this.#methods) {
      const inherited = this.ancestors.flatMap((each) => each.methods.map((method) => method.property));
      const properties = methodProperties(this.node.interface.methods, inherited);
      this.#methods = this.node.interface.methods.map(
        (method, ordinal) => new MethodSchema(this, ordinal, method, properties[ordinal]!),
      );
    }
    return this.#methods;
  }

  /** The interfaces it extends directly. */
  get superclasses(): readonly InterfaceSchema[] {
    return this.node.interface.superclasses.map(({ id, brand }) =>
      this.loader.interface(id, resolveBrand(this.loader, brand, this.brand)),
    );
  }

  /** All interfaces it extends, nearest first, each once. Throws SchemaError for one that extends itself. */
  get ancestors(): readonly InterfaceSchema[] {
    const found = new Map<bigint, InterfaceSchema>();
    const visit = (schema: InterfaceSchema) => {
      for (const each of schema.superclasses) {
        if (each.id === this.id) throw new SchemaError("invalid-node", `${this.displayName} extends itself`);
        if (found.has(each.id)) continue;
        found.set(each.id, each);
        visit(each);
      }
    };
    visit(this);
    return [...found.values()];
  }

  /** Own and inherited methods, by the member name that clients and servers have; of two that come with one name the nearer. */
  get allMethods(): ReadonlyMap<string, MethodSchema> {
    if (!this.#all) {
      const found = new Map<string, MethodSchema>();
      for (const schema of [this, ...this.ancestors]) {
        for (const method of schema.methods) if (!found.has(method.property)) found.set(method.property, method);
      }
      this.#all = found;
    }
    return this.#all;
  }

  /** The own or inherited method of that name (or member name); undefined if there is none. */
  findMethod(name: string): MethodSchema | undefined {
    const byMember = this.allMethods.get(name);
    if (byMember) return byMember;
    for (const method of this.allMethods.values()) if (method.name === name) return method;
    return undefined;
  }

  /** The own or inherited method of that name. Throws UsageError, naming the interface and the nearest name. */
  method(name: string): MethodSchema {
    const method = this.findMethod(name);
    if (method) return method;
    throw new UsageError(
      "unknown-method",
      `${this.name} has no method ${name}${suggestion(name, this.allMethods.keys())}`,
    );
  }

  /** Whether it is `other` or extends it. */
  extends(other: InterfaceSchema): boolean {
    return this.id === other.id || this.ancestors.some((each) => each.id === other.id);
  }

  /** This interface with its type parameters, and those of the scopes around it, bound. Throws UsageError for a wrong number. */
  bind(...types: SchemaType[]): InterfaceSchema {
    return this.loader.interface(
      this.id,
      this.brandOf(types, (scopes) => new SchemaBrand(scopes)),
    );
  }
}

export class MethodSchema {
  readonly parent: InterfaceSchema;
  readonly ordinal: number;
  readonly name: string;
  /** What clients and servers call it: the name, unless every object or promise has a member of that name. */
  readonly property: string;
  readonly method: Method;

  constructor(parent: InterfaceSchema, ordinal: number, method: Method, property: string) {
    this.parent = parent;
    this.ordinal = ordinal;
    this.name = method.name;
    this.property = property;
    this.method = method;
  }

  get params(): StructSchema {
    const { loader, brand } = this.parent;
    return loader.struct(this.method.paramStructType, resolveBrand(loader, this.method.paramBrand, brand));
  }

  get results(): StructSchema {
    const { loader, brand } = this.parent;
    return loader.struct(this.method.resultStructType, resolveBrand(loader, this.method.resultBrand, brand));
  }

  /** Declared `-> stream`. */
  get isStreaming(): boolean {
    return this.method.resultStructType === STREAM_RESULT_ID;
  }

  /** Names of the method's own type parameters. */
  get implicitParameters(): readonly string[] {
    return this.method.implicitParameters.map((each) => each.name);
  }

  get codeOrder(): number {
    return this.method.codeOrder;
  }

  get annotations(): readonly AppliedAnnotation[] {
    return applied(this.parent.loader, this.method.annotations);
  }

  annotation(id: bigint): SchemaValue | undefined {
    return findAnnotation(this.method.annotations, id);
  }

  get docComment(): string {
    return this.parent.loader.memberComment(this.parent.id, this.ordinal);
  }

  /** `Calculator.evaluate` */
  toString(): string {
    return `${this.parent.name}.${this.name}`;
  }
}
