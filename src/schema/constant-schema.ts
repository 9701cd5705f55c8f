/** ConstSchema and AnnotationSchema: declarations of constants and annotations; and FileSchema, the scope of a whole file. */

import type { AnnotationNode } from "./model.js";
import { NodeSchema, type SchemaValue, schemaValue } from "./node-schema.js";
import { resolveType } from "./schema-brand.js";
import type { SchemaType } from "./type.js";

export class ConstSchema extends NodeSchema<"const"> {
  readonly kind = "const";

  get type(): SchemaType {
    return resolveType(this.loader, this.node.const.type, this.brand);
  }

  get value(): SchemaValue {
    return schemaValue(this.node.const.value);
  }
}

/** What an annotation may be put on. */
export type AnnotationTarget =
  | "file"
  | "const"
  | "enum"
  | "enumerant"
  | "struct"
  | "field"
  | "union"
  | "group"
  | "interface"
  | "method"
  | "param"
  | "annotation";

export class AnnotationSchema extends NodeSchema<"annotation"> {
  readonly kind = "annotation";

  get type(): SchemaType {
    return resolveType(this.loader, this.node.annotation.type, this.brand);
  }

  get targets(): readonly AnnotationTarget[] {
    return TARGETS.filter((target) => {
      const flag = `targets${target.charAt(0).toUpperCase()}${target.slice(1)}` as keyof AnnotationNode;
      return this.node.annotation[flag] === true;
    });
  }
}

export class FileSchema extends NodeSchema<"file"> {
  readonly kind = "file";
}

const TARGETS: readonly AnnotationTarget[] = [
  "file",
  "const",
  "enum",
  "enumerant",
  "struct",
  "field",
  "union",
  "group",
  "interface",
  "method",
  "param",
  "annotation",
];
