/** Expressions as values of types that live in the data section. */

import type { EnumSchema } from "../schema/enum-schema.js";
import { dataBits, type SchemaType } from "../schema/type.js";
import type { Expression } from "./expression.js";

export type ScalarResult =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mismatch" }
  | { readonly kind: "out-of-range" };

const MISMATCH: ScalarResult = { kind: "mismatch" };
const OUT_OF_RANGE: ScalarResult = { kind: "out-of-range" };

/** What `expression` is as a `type`; enums as ordinals. */
export function scalarOf(type: SchemaType, expression: Expression): ScalarResult {
  switch (type.kind) {
    case "void":
      return isName(expression, "void") ? found(null) : MISMATCH;
    case "bool":
      if (isName(expression, "true")) return found(true);
      return isName(expression, "false") ? found(false) : MISMATCH;
    case "float32":
    case "float64":
      return float(expression);
    case "enum":
      return enumerant(type.schema, expression);
    default:
      return integer(type, expression);
  }
}

function found(value: unknown): ScalarResult {
  return { kind: "value", value };
}

function isName(expression: Expression, name: string): boolean {
  return expression.kind === "name" && expression.name === name;
}

function float(expression: Expression): ScalarResult {
  if (expression.kind === "float") return found(expression.value);
  if (expression.kind === "integer") {
    const magnitude = Number(expression.magnitude);
    return found(expression.isNegative ? -magnitude : magnitude);
  }
  if (isName(expression, "inf")) return found(Infinity);
  return isName(expression, "nan") ? found(Number.NaN) : MISMATCH;
}

/** By name, or by number as unknown values are printed. */
function enumerant(schema: EnumSchema, expression: Expression): ScalarResult {
  if (expression.kind === "integer") {
    const ordinal = signed(expression);
    return ordinal >= 0n && ordinal <= 0xffffn ? found(Number(ordinal)) : OUT_OF_RANGE;
  }
  if (expression.kind !== "name") return MISMATCH;
  const ordinal = schema.names.indexOf(expression.name);
  return ordinal < 0 ? MISMATCH : found(ordinal);
}

function integer(type: SchemaType, expression: Expression): ScalarResult {
  if (expression.kind !== "integer") return MISMATCH;
  const value = signed(expression);
  const bits = BigInt(dataBits(type)!);
  const isUnsigned = type.kind.startsWith("u");
  const min = isUnsigned ? 0n : -(2n ** (bits - 1n));
  const max = 2n ** (isUnsigned ? bits : bits - 1n) - 1n;
  if (value < min || value > max) return OUT_OF_RANGE;
  return found(bits === 64n ? value : Number(value));
}

function signed({ magnitude, isNegative }: Extract<Expression, { kind: "integer" }>): bigint {
  return isNegative ? -magnitude : magnitude;
}
