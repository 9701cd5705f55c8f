/**
 * Whether a node is one that a compiler could have emitted. Readers and builders trust what they are told of a struct's layout, so
 * nothing gets past here whose fields lie outside of the struct or overlap its bounds. What a node says about other nodes is
 * checked where they meet.
 */

import { formatNodeId, SchemaError } from "./errors.js";
import {
  type EnumNode,
  type InterfaceNode,
  NO_DISCRIMINANT,
  type Node,
  type Slot,
  type StructNode,
  type Type,
  type Value,
} from "./model.js";
import { DATA_BITS } from "./type.js";

/** Throws SchemaError "invalid-node". */
export function validateNode(node: Node): void {
  const fail = (reason: string): never => {
    throw new SchemaError(
      "invalid-node",
      `${node.displayName || "a node"} ${formatNodeId(node.id)} is no valid schema: ${reason}`,
    );
  };
  if (node.id === 0n) fail("its id is zero");
  unique(node.nestedNodes, "nested declaration", fail);
  switch (node.which) {
    case "struct":
      validateStruct(node.struct, fail);
      break;
    case "enum":
      validateEnum(node.enum, fail);
      break;
    case "interface":
      validateInterface(node.interface, fail);
      break;
    case "const":
      validateValue("its value", node.const.type, node.const.value, fail);
      break;
  }
}

type Fail = (reason: string) => never;

function validateStruct(struct: StructNode, fail: Fail): void {
  const { fields, discriminantCount, discriminantOffset, dataWordCount } = struct;
  unique(fields, "field", fail);
  codeOrders(fields, "fields", fail);
  if (discriminantCount === 1) fail("its union has one member");
  if (discriminantCount > 0 && (discriminantOffset + 1) * 16 > dataWordCount * 64) {
    fail("its discriminant lies outside of its data section");
  }
  const members = new Set<number>();
  for (const field of fields) {
    const { discriminantValue, name } = field;
    if (discriminantValue !== NO_DISCRIMINANT) {
      if (discriminantValue >= discriminantCount) fail(`the discriminant of ${name} is out of range`);
      if (members.has(discriminantValue)) fail(`two union members have discriminant ${discriminantValue}`);
      members.add(discriminantValue);
    }
    if (field.which === "slot") validateSlot(name, field.slot, struct, fail);
  }
  if (members.size !== discriminantCount) fail("its union lacks members");
}

function validateSlot(name: string, { type, offset, defaultValue }: Slot, struct: StructNode, fail: Fail): void {
  const bits = DATA_BITS[type.which];
  const inside =
    bits === undefined ? offset < struct.pointerCount : bits === 0 || (offset + 1) * bits <= struct.dataWordCount * 64;
  if (!inside) fail(`field ${name} lies outside of the struct`);
  validateValue(`the default of ${name}`, type, defaultValue, fail);
}

function validateValue(what: string, type: Type, value: Value, fail: Fail): void {
  if (type.which !== value.which) fail(`${what} is of type ${value.which}, not ${type.which}`);
}

function validateEnum({ enumerants }: EnumNode, fail: Fail): void {
  unique(enumerants, "enumerant", fail);
  codeOrders(enumerants, "enumerants", fail);
}

function validateInterface({ methods }: InterfaceNode, fail: Fail): void {
  unique(methods, "method", fail);
  codeOrders(methods, "methods", fail);
}

function unique(members: readonly { readonly name: string }[], what: string, fail: Fail): void {
  const names = new Set<string>();
  for (const { name } of members) {
    if (name === "") fail(`a ${what} has no name`);
    if (names.has(name)) fail(`two ${what}s are called ${name}`);
    names.add(name);
  }
}

function codeOrders(members: readonly { readonly codeOrder: number }[], what: string, fail: Fail): void {
  const orders = new Set(members.map((each) => each.codeOrder));
  const inRange = members.every(({ codeOrder }) => codeOrder < members.length);
  if (orders.size !== members.length || !inRange) fail(`the code order of its ${what} is no order`);
}
