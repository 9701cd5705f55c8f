/** Enums as objects of their names, as generated code has them: `Color.red` is "red". */

import type { EnumSchema } from "../schema/enum-schema.js";

export interface DynamicEnum {
  readonly [name: string]: string | EnumSchema;
  readonly $schema: EnumSchema;
}

export function makeEnum(schema: EnumSchema): DynamicEnum {
  const names: { [name: string]: string } = {};
  for (const name of schema.names) names[name] = name;
  // Not listed: the names are all that a program goes through.
  Object.defineProperty(names, "$schema", { value: schema });
  return Object.freeze(names) as DynamicEnum;
}
