/** Declarations inside a declaration as properties of what stands for it: `Person.PhoneNumber`, `Service.timeout`. */

import { NameSet, TYPE_MEMBERS } from "../schema/member-names.js";
import type { AnySchema } from "../schema/schema.js";
import type { DynamicTypes } from "./types.js";

/** Gives `target` a property for each struct, interface, enum and constant of `scope`, made when it is first looked at. */
export function defineNested(target: object, scope: AnySchema, types: DynamicTypes): void {
  const names = new NameSet(scope.kind === "file" ? [] : TYPE_MEMBERS);
  for (const { name, id } of scope.node.nestedNodes) {
    let property = names.claim(name);
    // What only dynamic types have gives way too.
    while (property in target) property = names.claim(`${property}_`);
    const schema = types.loader.find(id);
    if (!schema || schema.kind === "file" || schema.kind === "annotation") continue;
    Object.defineProperty(target, property, {
      get: () => types.declared(schema),
      enumerable: true,
      configurable: true,
    });
  }
}
