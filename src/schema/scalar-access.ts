/** The data-section half of field-access.ts: numbers, booleans, enums and Void. */

import { UsageError } from "../errors.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import type { FieldAccess } from "./field-access.js";
import type { FieldSchema } from "./field-schema.js";

type Scalar = Pick<FieldAccess, "read" | "get" | "set" | "clear">;

/** Both readers and builders have the verbs for scalars. */
export type Struct = StructReader | StructBuilder;

function scalar(
  read: (this: Struct) => unknown,
  set: (this: StructBuilder, value: never) => void,
  clear: (this: StructBuilder) => void,
): Scalar {
  return { read, get: read, set: set as (this: StructBuilder, value: unknown) => void, clear };
}

/** Default masks are zero for most fields; those get functions without one. */
export function scalarAccess(field: FieldSchema): Scalar {
  const { type, offset: at, mask } = field;
  const number = mask as number;
  const bits = mask as bigint;
  switch (type.kind) {
    case "bool": {
      const zero = number === 1;
      return scalar(
        function () {
          return this.$boolDefault(at, zero);
        },
        function (value: unknown) {
          if (typeof value !== "boolean") throw mistyped(field, "a boolean", value);
          this.$setBoolDefault(at, value, zero);
        },
        function () {
          this.$setBool(at, false);
        },
      );
    }
    case "int8":
      return scalar(
        function () {
          return this.$int8Default(at, number);
        },
        function (value: number) {
          this.$setInt8Default(at, value, number);
        },
        function () {
          this.$setInt8(at, 0);
        },
      );
    case "uint8":
      return scalar(
        function () {
          return this.$uint8Default(at, number);
        },
        function (value: number) {
          this.$setUint8Default(at, value, number);
        },
        function () {
          this.$setUint8(at, 0);
        },
      );
    case "int16":
      return scalar(
        function () {
          return this.$int16Default(at, number);
        },
        function (value: number) {
          this.$setInt16Default(at, value, number);
        },
        function () {
          this.$setInt16(at, 0);
        },
      );
    case "uint16":
      return scalar(
        function () {
          return this.$uint16Default(at, number);
        },
        function (value: number) {
          this.$setUint16Default(at, value, number);
        },
        function () {
          this.$setUint16(at, 0);
        },
      );
    case "int32":
      return scalar(
        function () {
          return this.$int32Default(at, number);
        },
        function (value: number) {
          this.$setInt32Default(at, value, number);
        },
        function () {
          this.$setInt32(at, 0);
        },
      );
    case "uint32":
      return scalar(
        function () {
          return this.$uint32Default(at, number);
        },
        function (value: number) {
          this.$setUint32Default(at, value, number);
        },
        function () {
          this.$setUint32(at, 0);
        },
      );
    case "int64":
      return scalar(
        function () {
          return this.$int64Default(at, bits);
        },
        function (value: unknown) {
          this.$setInt64Default(at, toBigInt(field, value), bits);
        },
        function () {
          this.$setInt64(at, 0n);
        },
      );
    case "uint64":
      return scalar(
        function () {
          return this.$uint64Default(at, bits);
        },
        function (value: unknown) {
          this.$setUint64Default(at, toBigInt(field, value), bits);
        },
        function () {
          this.$setUint64(at, 0n);
        },
      );
    case "float32":
      return float32Access(field, at, number);
    case "float64":
      return float64Access(field, at, bits);
    case "enum": {
      const enumType = type.schema;
      const { names } = enumType;
      return scalar(
        function () {
          return this.$enumDefault(at, names, number);
        },
        function (value: string | number) {
          this.$setEnumDefault(at, value, enumType, number);
        },
        function () {
          this.$setUint16(at, 0);
        },
      );
    }
    default:
      return scalar(
        () => null,
        () => undefined,
        () => undefined,
      );
  }
}

/** Without a default the bits need not be looked at. */
function float32Access(field: FieldSchema, at: number, mask: number): Scalar {
  return scalar(
    mask === 0
      ? function () {
          return this.$float32(at);
        }
      : function () {
          return this.$float32Default(at, mask);
        },
    function (value: unknown) {
      this.$setFloat32Default(at, toNumber(field, value), mask);
    },
    function () {
      this.$setUint32(at, 0);
    },
  );
}

function float64Access(field: FieldSchema, at: number, mask: bigint): Scalar {
  return scalar(
    mask === 0n
      ? function () {
          return this.$float64(at);
        }
      : function () {
          return this.$float64Default(at, mask);
        },
    mask === 0n
      ? function (value: unknown) {
          this.$setFloat64(at, toNumber(field, value));
        }
      : function (value: unknown) {
          this.$setFloat64Default(at, toNumber(field, value), mask);
        },
    function () {
      this.$setUint64(at, 0n);
    },
  );
}

/** `value` is nothing that `field` can hold. */
export function mistyped(field: FieldSchema, expected: string, value: unknown): UsageError {
  const given = typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : describe(value);
  return new UsageError("wrong-type", `${field} is ${expected}, not ${given}`);
}

function describe(value: unknown): string {
  return typeof value === "object" ? "an object" : `${typeof value} ${String(value)}`;
}

/** 64-bit integers are bigint; a number that is an integer beyond doubt will do. */
export function toBigInt(field: FieldSchema, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  throw mistyped(field, "a bigint", value);
}

function toNumber(field: FieldSchema, value: unknown): number {
  if (typeof value === "number") return value;
  throw mistyped(field, "a number", value);
}
