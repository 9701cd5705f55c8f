/** The value a field has when nothing was set and no default was declared. */

import type { Type, Value } from "../schema/model.js";

export function zeroValue(type: Type): Value {
  switch (type.which) {
    case "void":
      return { which: "void", void: null };
    case "bool":
      return { which: "bool", bool: false };
    case "int8":
      return { which: "int8", int8: 0 };
    case "int16":
      return { which: "int16", int16: 0 };
    case "int32":
      return { which: "int32", int32: 0 };
    case "int64":
      return { which: "int64", int64: 0n };
    case "uint8":
      return { which: "uint8", uint8: 0 };
    case "uint16":
      return { which: "uint16", uint16: 0 };
    case "uint32":
      return { which: "uint32", uint32: 0 };
    case "uint64":
      return { which: "uint64", uint64: 0n };
    case "float32":
      return { which: "float32", float32: 0 };
    case "float64":
      return { which: "float64", float64: 0 };
    case "text":
      return { which: "text", text: "" };
    case "data":
      return { which: "data", data: new Uint8Array(0) };
    case "list":
      return { which: "list", list: null };
    case "enum":
      return { which: "enum", enum: 0 };
    case "struct":
      return { which: "struct", struct: null };
    case "interface":
      return { which: "interface", interface: null };
    case "anyPointer":
      return { which: "anyPointer", anyPointer: null };
  }
}
