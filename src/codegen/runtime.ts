/**
 * The one module that generated code imports, and therefore a promise: what is exported here keeps its name and meaning for
 * as long as code generated against it is around. It holds no feature of its own; it gives generated code the wire layer, the
 * capabilities and the few helpers that would otherwise be repeated in every generated file.
 */

export {
  AnyPipeline,
  type CallOptions,
  Capability,
  CapabilityClient,
  type CapabilityHook,
  type CapabilityInit,
  Client,
  InterfaceType,
  interfaceType,
  type Method,
  method,
  type Params,
  Pipeline,
  type PipelinePath,
  type RemotePromise,
  type ServerContext,
  type ServerResult,
  StreamPromise,
} from "../cap/index.js";
export type { PendingCall } from "../cap/pending-call.js";
export {
  AnyPointer,
  AnyPointerBuilder,
  AnyPointerReader,
  BoolList,
  type BuilderSegment,
  Data,
  type EnumType,
  enumList,
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  ListBuilder,
  ListReader,
  type Orphan,
  type ReaderSegment,
  StructBuilder,
  StructListBuilder,
  StructReader,
  type StructType,
  Text,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
  VoidList,
} from "../wire/index.js";
export { bindBuilder, bindClient, bindPipeline, bindReader, bindStruct } from "./runtime/bind.js";
export { type Brand, brand, brandOf, methodBrand, perBrand } from "./runtime/brand.js";
export {
  listOf,
  narrowed,
  nullable,
  setAnyPointer,
  struct,
  toPlain,
  unknownMember,
  withMembers,
} from "./runtime/declare.js";
export { bytes, constant, pointer, type SchemaBundle, schema } from "./runtime/embedded.js";
export * from "./runtime/faces.js";
