/** Schemas at run time: what nodes say, with names found and type parameters bound. */

export { type Comparison, compareNodes } from "./compatibility.js";
export {
  AnnotationSchema,
  type AnnotationTarget,
  ConstSchema,
  FileSchema,
} from "./constant-schema.js";
export { decodeRequest } from "./decode-request.js";
export { EnumerantSchema, EnumSchema } from "./enum-schema.js";
export { formatNodeId, SchemaError, type SchemaErrorCode } from "./errors.js";
export { choose, type FieldAccess, fieldAccess, fieldPointer } from "./field-access.js";
export { FieldSchema } from "./field-schema.js";
export { InterfaceSchema, MethodSchema, STREAM_RESULT_ID } from "./interface-schema.js";
export { type BundledSchema, SchemaLoader } from "./loader.js";
export type * as model from "./model.js";
export { type AppliedAnnotation, NodeSchema, type SchemaValue } from "./node-schema.js";
export { type AnyList, type PointerFace, PointerTypes, type UntypedPointer, wireTypes } from "./pointer-types.js";
export type { AnySchema } from "./schema.js";
export { NO_BRAND, SchemaBrand } from "./schema-brand.js";
export { StructSchema } from "./struct-schema.js";
export { suggestion } from "./suggest.js";
export { ANY_POINTER, dataBits, isPointerType, type SchemaType, typeKey, typeName } from "./type.js";
export { validateNode } from "./validate.js";
