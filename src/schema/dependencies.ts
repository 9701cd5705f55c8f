/** Which other nodes a node mentions. */

import type { Annotation, Brand, Node, Type } from "./model.js";

/** Ids in the order they come up, each once: scope, nested declarations, annotations, types. */
export function nodeDependencies(node: Node): bigint[] {
  const ids = new Set<bigint>();
  if (node.scopeId !== 0n) ids.add(node.scopeId);
  for (const { id } of node.nestedNodes) ids.add(id);
  for (const id of mentionedNodes(node)) ids.add(id);
  ids.delete(node.id);
  return [...ids];
}

/** Ids of the annotations and types that the node itself mentions, its groups among them: what is needed to understand it. */
export function mentionedNodes(node: Node): Set<bigint> {
  const ids = new Set<bigint>();
  addAnnotations(node.annotations, ids);
  switch (node.which) {
    case "struct":
      for (const field of node.struct.fields) {
        addAnnotations(field.annotations, ids);
        if (field.which === "group") ids.add(field.group.typeId);
        else addType(field.slot.type, ids);
      }
      break;
    case "enum":
      for (const { annotations } of node.enum.enumerants) addAnnotations(annotations, ids);
      break;
    case "interface":
      for (const { id, brand } of node.interface.superclasses) {
        ids.add(id);
        addBrand(brand, ids);
      }
      for (const method of node.interface.methods) {
        ids.add(method.paramStructType).add(method.resultStructType);
        addBrand(method.paramBrand, ids);
        addBrand(method.resultBrand, ids);
        addAnnotations(method.annotations, ids);
      }
      break;
    case "const":
      addType(node.const.type, ids);
      break;
    case "annotation":
      addType(node.annotation.type, ids);
      break;
  }
  return ids;
}

function addAnnotations(annotations: readonly Annotation[], ids: Set<bigint>): void {
  for (const { id } of annotations) ids.add(id);
}

function addType(type: Type, ids: Set<bigint>): void {
  switch (type.which) {
    case "list":
      addType(type.list.elementType, ids);
      break;
    case "enum":
      ids.add(type.enum.typeId);
      break;
    case "struct":
      ids.add(type.struct.typeId);
      addBrand(type.struct.brand, ids);
      break;
    case "interface":
      ids.add(type.interface.typeId);
      addBrand(type.interface.brand, ids);
      break;
  }
}

function addBrand(brand: Brand, ids: Set<bigint>): void {
  for (const scope of brand.scopes) {
    if (scope.which !== "bind") continue;
    for (const binding of scope.bind) if (binding.which === "type") addType(binding.type, ids);
  }
}
