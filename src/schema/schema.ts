/** Any view of a node. */

import type { AnnotationSchema, ConstSchema, FileSchema } from "./constant-schema.js";
import type { EnumSchema } from "./enum-schema.js";
import type { InterfaceSchema } from "./interface-schema.js";
import type { StructSchema } from "./struct-schema.js";

export type AnySchema = FileSchema | StructSchema | EnumSchema | InterfaceSchema | ConstSchema | AnnotationSchema;
