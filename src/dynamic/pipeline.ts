/** What a dynamic call will return, before it is here: for each results struct a Pipeline class with its pointer fields as members. */

import { Capability } from "../cap/interface-type.js";
import { type AnyPipeline, Pipeline, type PipelineClass } from "../cap/remote-promise.js";
import type { FieldSchema } from "../schema/field-schema.js";
import type { StructSchema } from "../schema/struct-schema.js";
import type { StructType } from "../wire/pointer-type.js";
import type { DynamicReader } from "./struct.js";
import type { DynamicTypes } from "./types.js";

/** The promise of a struct; its pointer fields are properties that can be used at once. */
export abstract class DynamicPipeline extends Pipeline<DynamicReader> {}

const classes = /*@__PURE__*/ new WeakMap<StructSchema, PipelineClass<DynamicPipeline>>();

export function pipelineClass(schema: StructSchema, types: DynamicTypes): PipelineClass<DynamicPipeline> {
  let Class = classes.get(schema);
  if (!Class) {
    Class = makeClass(schema, types);
    classes.set(schema, Class);
  }
  return Class;
}

/** Opens the members that a Pipeline keeps for its subclasses. */
interface Steps {
  $client: (index: number, type: unknown) => unknown;
  $struct: (index: number, Class: unknown) => unknown;
  $group: (Class: unknown) => unknown;
  $any: (index: number) => AnyPipeline;
}

function makeClass(schema: StructSchema, types: DynamicTypes): PipelineClass<DynamicPipeline> {
  const Class = class extends DynamicPipeline {
    protected override get $type(): StructType<DynamicReader, unknown, never> {
      return types.struct(schema);
    }
  };
  Object.defineProperty(Class, "name", { value: `${schema.name.replaceAll(".", "$")}$Pipeline` });
  for (const field of schema.fields) {
    const step = stepThrough(field, types);
    if (!step) continue;
    Object.defineProperty(Class.prototype, field.property, {
      get(this: unknown) {
        return step(this as Steps);
      },
      enumerable: true,
      configurable: true,
    });
  }
  return Class;
}

function stepThrough(field: FieldSchema, types: DynamicTypes): ((pipeline: Steps) => unknown) | null {
  const { type, offset } = field;
  switch (type.kind) {
    case "struct":
      return field.isGroup
        ? (pipeline) => pipeline.$group(pipelineClass(type.schema, types))
        : (pipeline) => pipeline.$struct(offset, pipelineClass(type.schema, types));
    case "interface":
      return (pipeline) => pipeline.$client(offset, types.interface(type.schema));
    case "anyPointer":
      return type.pointer === "capability"
        ? (pipeline) => pipeline.$client(offset, Capability)
        : (pipeline) => pipeline.$any(offset);
    default:
      return null;
  }
}
