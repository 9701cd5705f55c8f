/** A schema file as a module object: its declarations are properties, by name; what the object itself can do begins with `$`. */

import { UsageError } from "../errors.js";
import type { FileSchema } from "../schema/constant-schema.js";
import type { SchemaLoader } from "../schema/loader.js";
import type { AnySchema } from "../schema/schema.js";
import type { DynamicEnum } from "./enum.js";
import type { DynamicInterfaceType } from "./interface-type.js";
import { defineNested } from "./nested.js";
import type { Fields } from "./struct.js";
import type { DynamicStructType } from "./struct-type.js";
import { DynamicTypes } from "./types.js";

/** What every module has beside its declarations. Paths are names with dots: `Person.PhoneNumber`. */
export class ModuleBase {
  readonly #types: DynamicTypes;
  /** The file's own schema. */
  readonly $schema: FileSchema;

  constructor(schema: FileSchema, types: DynamicTypes) {
    this.#types = types;
    this.$schema = schema;
    // Not among the declarations that a program lists.
    Object.defineProperty(this, "$schema", { enumerable: false });
  }

  /** Every node that was loaded with this file. */
  get $loader(): SchemaLoader {
    return this.$schema.loader;
  }

  get $types(): DynamicTypes {
    return this.#types;
  }

  /** The struct of that name. `F` says to TypeScript what its fields are. Throws UsageError. */
  $struct<F extends object = Fields>(path: string): DynamicStructType<F> {
    return this.#types.struct(this.#find(path, "struct")) as unknown as DynamicStructType<F>;
  }

  /** The interface of that name. `M` says to TypeScript what its methods are. */
  $interface<M extends object = object>(path: string): DynamicInterfaceType<M> {
    return this.#types.interface(this.#find(path, "interface")) as unknown as DynamicInterfaceType<M>;
  }

  $enum(path: string): DynamicEnum {
    return this.#types.enum(this.#find(path, "enum"));
  }

  /** The value of the constant of that name. */
  $constant(path: string): unknown {
    return this.#types.constant(this.#find(path, "const"));
  }

  #find<K extends AnySchema["kind"]>(path: string, kind: K): Extract<AnySchema, { kind: K }> {
    const schema = this.$schema.nestedNode(path);
    if (schema.kind === kind) return schema as Extract<AnySchema, { kind: K }>;
    throw new UsageError("wrong-kind", `${schema.displayName} is a ${schema.kind}, not a ${kind}`);
  }
}

/** A loaded file. `M` says to TypeScript what it declares. */
export type DynamicModule<M extends object = Fields> = ModuleBase & Readonly<M>;

/** The module of a file whose nodes `schema.loader` has. */
export function moduleOf<M extends object = Fields>(schema: FileSchema): DynamicModule<M> {
  const types = DynamicTypes.of(schema.loader);
  const module = new ModuleBase(schema, types);
  defineNested(module, schema, types);
  return module as DynamicModule<M>;
}
