/** Which other nodes a node needs to be understood. */

import type { Annotation, Brand, Node, Type } from "../schema/model.js";

/** Ids of the types and annotations that a node mentions; auxiliary nodes and unknown ids may be among them. */
export function dependencies(node: Node): Set<bigint> {
  const ids = new Set<bigint>();
  addAnnotations(node.annotations, ids);
  switch (node.which) {
    case "struct":
      for (const field of node.struct.fields) {
        if (field.which === "slot") addType(field.slot.type, ids);
        addAnnotations(field.annotations, ids);
      }
      break;
    case "enum":
      for (const enumerant of node.enum.enumerants) addAnnotations(enumerant.annotations, ids);
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

function addType(type: Type, ids: Set<bigint>): void {
  switch (type.which) {
    case "list":
      addType(type.list.elementType, ids);
      break;
    case "enum":
      addNamed(type.enum, ids);
      break;
    case "struct":
      addNamed(type.struct, ids);
      break;
    case "interface":
      addNamed(type.interface, ids);
      break;
  }
}

function addNamed(type: { typeId: bigint; brand: Brand }, ids: Set<bigint>): void {
  ids.add(type.typeId);
  addBrand(type.brand, ids);
}

function addBrand(brand: Brand, ids: Set<bigint>): void {
  for (const scope of brand.scopes) {
    if (scope.which !== "bind") continue;
    for (const binding of scope.bind) if (binding.which === "type") addType(binding.type, ids);
  }
}

function addAnnotations(annotations: readonly Annotation[], ids: Set<bigint>): void {
  for (const annotation of annotations) ids.add(annotation.id);
}
