/** Which literals and constants suit which types, apart from any schema: ranges, kinds of number, what stands for AnyPointer or for a struct. */

import type { Field, Type } from "../schema/model.js";
import type { Expression } from "./ast.js";
import type { Evaluated, StructType, StructValue } from "./value.js";

/** The smallest and largest value of each integer type. */
const INTEGER_RANGES: ReadonlyMap<Type["which"], readonly [bigint, bigint]> = new Map(
  [8, 16, 32, 64].flatMap((bits) => {
    const half = 1n << BigInt(bits - 1);
    return [
      [`int${bits}` as Type["which"], [-half, half - 1n]],
      [`uint${bits}` as Type["which"], [0n, 2n * half - 1n]],
    ] as const;
  }),
);

/** Integers that a float field takes: all that a constant can be. */
const ANY_INTEGER: readonly [bigint, bigint] = [-(1n << 63n), (1n << 64n) - 1n];

export function isInteger(type: Type): boolean {
  return INTEGER_RANGES.has(type.which);
}

/** The smallest and largest integer that an integer or float type takes. */
export function rangeOf(type: Type): readonly [bigint, bigint] {
  return INTEGER_RANGES.get(type.which) ?? ANY_INTEGER;
}

/** Whether a finite number stays finite in the type. */
export function fitsFloat(value: number, type: Type): boolean {
  return type.which !== "float32" || !Number.isFinite(value) || Number.isFinite(Math.fround(value));
}

/** A value that stands for a struct: that of its first field. */
export function wrap(
  type: StructType,
  field: Extract<Field, { which: "slot" }>,
  fieldType: Type,
  value: Evaluated,
): StructValue {
  return { kind: "struct", type, assignments: [{ kind: "slot", field, type: fieldType, value }] };
}

/** Whether the expression is neither a name nor something made of parts. */
export function isLiteral({ kind }: Expression): boolean {
  return kind === "integer" || kind === "float" || kind === "string" || kind === "data" || kind === "list";
}

export function isFloat(type: Type): boolean {
  return type.which === "float32" || type.which === "float64";
}

/** Whether a constant of type `own` may stand where AnyPointer, AnyStruct or AnyList is expected. */
export function isAnyOf(own: Type, type: Type): boolean {
  if (type.which !== "anyPointer" || type.anyPointer.which !== "unconstrained") return false;
  switch (type.anyPointer.unconstrained.which) {
    case "anyKind":
      return own.which === "struct" || own.which === "list";
    case "struct":
      return own.which === "struct";
    case "list":
      return own.which === "list";
    case "capability":
      return false;
  }
}
