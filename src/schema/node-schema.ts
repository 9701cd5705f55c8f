/** NodeSchema: the view of one declaration: its names, where it stands, what stands in it, and its annotations. */

import { UsageError } from "../errors.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import type { AnnotationSchema } from "./constant-schema.js";
import type { SchemaLoader } from "./loader.js";
import type { Annotation, NestedNode, NodeKind, NodeOf, Value } from "./model.js";
import type { AnySchema } from "./schema.js";
import { NO_BRAND, type SchemaBrand } from "./schema-brand.js";
import { suggestion } from "./suggest.js";
import { type SchemaType, typeName } from "./type.js";

/** What a schema says beside the code: an annotation put on a declaration or a member of one. */
export interface AppliedAnnotation {
  readonly id: bigint;
  /** Its declaration; null if that was not loaded. */
  readonly schema: AnnotationSchema | null;
  /** A scalar, string or bytes as such, an enum's ordinal, null for Void, a pointer for lists and structs. */
  readonly value: SchemaValue;
}

/** A value in a schema: of a constant, a default or an annotation. */
export type SchemaValue = null | boolean | number | bigint | string | Uint8Array | AnyPointerReader;

export abstract class NodeSchema<K extends NodeKind["which"] = NodeKind["which"]> {
  abstract readonly kind: K;
  readonly loader: SchemaLoader;
  readonly node: NodeOf<K>;
  /** What the type parameters in scope are bound to. */
  readonly brand: SchemaBrand;

  constructor(loader: SchemaLoader, node: NodeOf<K>, brand: SchemaBrand) {
    this.loader = loader;
    this.node = node;
    this.brand = brand;
  }

  get id(): bigint {
    return this.node.id;
  }

  /** `addressbook.capnp:Person.PhoneNumber` */
  get displayName(): string {
    return this.node.displayName;
  }

  /** `Person.PhoneNumber`; the file's name for a file. */
  get name(): string {
    return this.displayName.slice(this.displayName.lastIndexOf(":") + 1);
  }

  /** `PhoneNumber` */
  get shortName(): string {
    return this.kind === "file" ? this.displayName : this.name.slice(this.name.lastIndexOf(".") + 1);
  }

  /** `Map(Text, Person)` */
  get brandedName(): string {
    const own = this.brand.scopes.get(this.id);
    return own ? `${this.name}(${own.map(typeName).join(", ")})` : this.name;
  }

  /** The declaration around this one; null for files, and for the structs of parameter lists. */
  get scope(): AnySchema | null {
    const { scopeId } = this.node;
    return scopeId === 0n ? null : (this.loader.find(scopeId) ?? null);
  }

  /** Names of its own type parameters. */
  get parameters(): readonly string[] {
    return this.node.parameters.map((each) => each.name);
  }

  /** Whether it or a declaration around it has type parameters. */
  get isGeneric(): boolean {
    return this.node.isGeneric;
  }

  /** What is declared directly in it, in the order of the source; what was not loaded is left out. */
  get nested(): readonly AnySchema[] {
    return this.node.nestedNodes.flatMap(({ id }) => this.loader.find(id) ?? []);
  }

  /** The declaration of that name, which may be a path (`Person.PhoneNumber`). Throws UsageError if there is none. */
  nestedNode(path: string): AnySchema {
    let found: AnySchema | undefined = this as unknown as AnySchema;
    for (const name of path.split(".")) {
      const scope: AnySchema = found;
      const entry: NestedNode | undefined = scope.node.nestedNodes.find((each) => each.name === name);
      found = entry && this.loader.find(entry.id);
      if (!found) {
        const known = scope.node.nestedNodes.map((each) => each.name);
        throw new UsageError(
          "unknown-declaration",
          `${scope.displayName} declares no ${name}${suggestion(name, known)}`,
        );
      }
    }
    return found;
  }

  get annotations(): readonly AppliedAnnotation[] {
    return applied(this.loader, this.node.annotations);
  }

  /** The value of the annotation with that id; undefined if it is not there. */
  annotation(id: bigint): SchemaValue | undefined {
    return findAnnotation(this.node.annotations, id);
  }

  /** The comment that belongs to the declaration; empty where source info was not loaded. */
  get docComment(): string {
    return this.loader.docComment(this.id);
  }

  /** The ids of all nodes this one mentions directly. */
  get dependencies(): readonly bigint[] {
    return this.loader.dependencies(this.id);
  }

  /** The scopes whose type parameters can be bound, outermost first, and how many each has. */
  protected parameterScopes(): { readonly id: bigint; readonly count: number }[] {
    const scopes: { id: bigint; count: number }[] = [];
    for (let node: AnySchema | null = this as unknown as AnySchema; node; node = node.scope) {
      if (node.node.parameters.length > 0) scopes.unshift({ id: node.id, count: node.node.parameters.length });
    }
    return scopes;
  }

  /** The brand that binds the type parameters in scope, outermost first, to `types`. */
  protected brandOf(
    types: readonly SchemaType[],
    make: (scopes: Map<bigint, SchemaType[]>) => SchemaBrand,
  ): SchemaBrand {
    const scopes = this.parameterScopes();
    const count = scopes.reduce((sum, each) => sum + each.count, 0);
    if (types.length !== count) {
      throw new UsageError("generic-arity", `${this.name} has ${count} type parameters, not ${types.length}`);
    }
    for (const type of types) {
      if (type.kind === "enum" || SCALARS.has(type.kind))
        throw new UsageError(
          "generic-argument",
          `a type parameter is bound to pointer types, not to ${typeName(type)}`,
        );
    }
    const bound = new Map<bigint, SchemaType[]>();
    let from = 0;
    for (const { id, count: own } of scopes) {
      bound.set(id, types.slice(from, from + own));
      from += own;
    }
    return bound.size === 0 ? NO_BRAND : make(bound);
  }
}

const SCALARS: ReadonlySet<string> = /*@__PURE__*/ new Set(
  "void bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split(" "),
);

/** Annotations as the model has them, with their declarations. */
export function applied(loader: SchemaLoader, annotations: readonly Annotation[]): readonly AppliedAnnotation[] {
  return annotations.map(({ id, value }) => {
    const schema = loader.find(id);
    return { id, schema: schema?.kind === "annotation" ? schema : null, value: schemaValue(value) };
  });
}

export function findAnnotation(annotations: readonly Annotation[], id: bigint): SchemaValue | undefined {
  const found = annotations.find((each) => each.id === id);
  return found && schemaValue(found.value);
}

/** What a model value holds. */
export function schemaValue(value: Value): SchemaValue {
  return (value as unknown as { readonly [which: string]: SchemaValue })[value.which] ?? null;
}
