/**
 * The pipeline class of a struct or group: what can be reached in the results of a call before they arrive, which is structs,
 * groups, capabilities and what is of no known type. Unions make no difference: what is not set turns out to be null.
 */

import type { Slot } from "../schema/model.js";
import type { Parameters } from "./printer.js";
import { type StructInfo, structExpression } from "./struct.js";

const CONSTRUCTOR_PARAMETERS: Parameters = [
  ["call", "$.PendingCall"],
  ["path", "$.PipelinePath"],
];

export function printPipeline(info: StructInfo): void {
  const { context, flat, dotted, scope, node } = info;
  const { out } = context;
  const isGroup = node.struct.isGroup;
  // A group is no type of its own; to a pipeline it is the struct around it, read through the group's class.
  if (isGroup) out.code(() => out.line(`const ${flat}$$type = /*@__PURE__*/ ${structExpression(info)};`));
  const type = isGroup ? `${flat}$$type` : flat;
  const reader = `${dotted}.Reader${scope.arguments}`;
  out.class(`${flat}$Pipeline${out.typed(scope.declaration)} extends $.Pipeline${out.typed(`<${reader}>`)}`, () => {
    out.member(`constructor(${out.parameters(CONSTRUCTOR_PARAMETERS)})`, "super(call, path);");
    if (scope.isGeneric) out.declaredProperty(`readonly $brand: $.Brand<[${scope.names.join(", ")}]>`);
    const bound = scope.isGeneric ? `$.bindStruct(${type}, this.$brand)` : type;
    const returned = out.typed(`: $.StructType<${reader}, unknown, never>`);
    out.member(`${out.typed("protected override ")}get $type()${returned}`, `return ${bound};`);
    for (const { field, names, place } of info.fields) {
      const getter = field.which === "group" ? groupGetter(info, field.group.typeId) : pointerGetter(info, field.slot);
      if (!getter) continue;
      const signature = `get ${names.property}()${out.typed(`: ${getter.type}`)}`;
      out.from(place, () => out.member(signature, `return ${getter.value};`));
    }
  });
  out.line();
}

interface Getter {
  readonly type: string;
  readonly value: string;
}

function groupGetter({ context, scope }: StructInfo, id: bigint): Getter {
  const Pipeline = `${context.flat(id)}$Pipeline`;
  const type = `${context.dotted(id)}.Pipeline${scope.arguments}`;
  const bound = `$.bindPipeline${context.out.typed(`<${type}>`)}(${Pipeline}, this.$brand)`;
  return { type, value: `this.$group(${scope.isGeneric ? bound : Pipeline})` };
}

/** The getter for a pointer field, or nothing if a pipeline cannot go through it. */
function pointerGetter({ context, types }: StructInfo, { type, offset }: Slot): Getter | null {
  switch (type.which) {
    case "struct":
      return {
        type: types.named(type.struct, "Pipeline"),
        value: `this.$struct(${offset}, ${types.pipelineValue(type.struct)})`,
      };
    case "interface": {
      const client = types.named(type.interface, "Client");
      return {
        type: client,
        value: `this.$client${context.out.typed(`<${client}>`)}(${offset}, ${types.value(type)})`,
      };
    }
    case "anyPointer":
      if (type.anyPointer.which === "unconstrained" && type.anyPointer.unconstrained.which === "capability") {
        return { type: "$.CapabilityClient", value: `this.$client(${offset}, $.Capability)` };
      }
      return { type: "$.AnyPipeline", value: `this.$any(${offset})` };
    default:
      return null;
  }
}
