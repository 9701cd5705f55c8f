/** The value a field has when nothing was set and no default was declared. */

import type { Type, Value } from "../schema/model.js";

/** The same object for all fields of a type: it is not for changing. */
export function zeroValue(type: Type): Value {
  return ZEROS[type.which];
}

const ZEROS: Readonly<Record<Type["which"], Value>> = {
  void: { which: "void", void: null },
  bool: { which: "bool", bool: false },
  int8: { which: "int8", int8: 0 },
  int16: { which: "int16", int16: 0 },
  int32: { which: "int32", int32: 0 },
  int64: { which: "int64", int64: 0n },
  uint8: { which: "uint8", uint8: 0 },
  uint16: { which: "uint16", uint16: 0 },
  uint32: { which: "uint32", uint32: 0 },
  uint64: { which: "uint64", uint64: 0n },
  float32: { which: "float32", float32: 0 },
  float64: { which: "float64", float64: 0 },
  text: { which: "text", text: "" },
  data: { which: "data", data: new Uint8Array(0) },
  list: { which: "list", list: null },
  enum: { which: "enum", enum: 0 },
  struct: { which: "struct", struct: null },
  interface: { which: "interface", interface: null },
  anyPointer: { which: "anyPointer", anyPointer: null },
};
