/** `capwire/dynamic`: messages and capabilities by schema, without generated code. */

export { SchemaError, SchemaLoader } from "../schema/index.js";
export { AnyValue, setAnyValue } from "./any-value.js";
export type { DynamicEnum } from "./enum.js";
export {
  adoptField,
  clearField,
  disownField,
  getField,
  hasField,
  initField,
  newOrphan,
  setField,
  whichMember,
} from "./field.js";
export { assign, type FromObjectOptions } from "./from-object.js";
export {
  DynamicClient,
  DynamicInterfaceType,
  type DynamicMethod,
  type DynamicParams,
  type DynamicServer,
  type DynamicStreamMethod,
  invoke,
} from "./interface-type.js";
export {
  type LoadOptions,
  loadFile,
  loadGenerated,
  loadRequest,
  loadText,
  SchemaCompileError,
  type SourceFiles,
} from "./load.js";
export { type DynamicModule, ModuleBase, moduleOf } from "./module.js";
export { DynamicPipeline } from "./pipeline.js";
export { DynamicBuilder, DynamicReader, type DynamicStruct, type Fields } from "./struct.js";
export { DynamicStructType, type StructInit, type TypeArgument } from "./struct-type.js";
export { type ToObjectOptions, toObject } from "./to-object.js";
export { type Declared, DynamicTypes } from "./types.js";
