/**
 * The pipeline class of a struct or group: what can be reached in the results of a call before they arrive, which is structs,
 * groups, capabilities and what is of no known type. Unions make no difference: what is not set turns out to be null.
 */

import type { Type } from "../schema/model.js";
import { type StructInfo, structExpression } from "./struct.js";

export function printPipeline(info: StructInfo): void {
  const { context, flat, dotted, scope, node } = info;
  const { out } = context;
  const isGroup = node.struct.isGroup;
  // A group is no type of its own; to a pipeline it is the struct around it, read through the group's class.
  if (isGroup) out.line(`const ${flat}$$type = /*@__PURE__*/ ${structExpression(info)};`);
  const type = isGroup ? `${flat}$$type` : flat;
  out.block(
    `export class ${flat}$Pipeline${scope.declaration} extends $.Pipeline<${dotted}.Reader${scope.arguments}>`,
    () => {
      out.line("constructor(call: $.PendingCall, path: $.PipelinePath) { super(call, path); }");
      if (scope.isGeneric) out.line(`declare readonly $brand: $.Brand<[${scope.names.join(", ")}]>;`);
      const bound = scope.isGeneric ? `$.bindStruct(${type}, this.$brand)` : type;
      out.line(
        `protected override get $type(): $.StructType<${dotted}.Reader${scope.arguments}, unknown, never> { return ${bound}; }`,
      );
      for (const { field, names } of info.fields) {
        if (field.which === "group") {
          const group = `${context.flat(field.group.typeId)}$Pipeline`;
          const face = `${context.dotted(field.group.typeId)}.Pipeline${scope.arguments}`;
          out.line(
            `get ${names.property}(): ${face} { return this.$group(${scope.isGeneric ? `$.bindPipeline<${face}>(${group}, this.$brand)` : group}); }`,
          );
        } else {
          const getter = pointerGetter(info, field.slot.type, field.slot.offset);
          if (getter) out.line(`get ${names.property}(): ${getter}`);
        }
      }
    },
  );
  out.line();
}

/** The type and body of the getter for a pointer field, or nothing if a pipeline cannot go through it. */
function pointerGetter({ types }: StructInfo, type: Type, offset: number): string | null {
  switch (type.which) {
    case "struct":
      return `${types.named(type.struct, "Pipeline")} { return this.$struct(${offset}, ${types.pipelineValue(type.struct)}); }`;
    case "interface":
      return `${types.named(type.interface, "Client")} { return this.$client<${types.named(type.interface, "Client")}>(${offset}, ${types.value(type)}); }`;
    case "anyPointer":
      if (type.anyPointer.which === "unconstrained" && type.anyPointer.unconstrained.which === "capability") {
        return `$.CapabilityClient { return this.$client(${offset}, $.Capability); }`;
      }
      return `$.AnyPipeline { return this.$any(${offset}); }`;
    default:
      return null;
  }
}
