/**
 * Methods: the descriptor that client and server share, which methods a client of an interface has, and what their params and
 * results are called there. A method's own type parameters (`[T]`) are bound per call, after those of the interface.
 */

import { bindBrand } from "../schema/brand.js";
import type { Brand, Method, NodeOf, Type } from "../schema/model.js";
import { mayHoldCapability } from "./capability.js";
import { type FileContext, TypeScope } from "./context.js";
import { boundTo, isStreaming } from "./request.js";
import { displayName, idLiteral } from "./struct.js";
import { TypePrinter } from "./types.js";

export interface InterfaceInfo {
  readonly context: FileContext;
  readonly node: NodeOf<"interface">;
  readonly flat: string;
  readonly dotted: string;
  readonly scope: TypeScope;
}

/** A method as a client of the interface at hand sees it. */
export interface ClientMethod {
  /** The interface that declares it. */
  readonly declaring: NodeOf<"interface">;
  readonly index: number;
  readonly method: Method;
  /** What the declaring interface's type parameters are bound to, in terms of the interface at hand. */
  readonly bindings: readonly (Type | null)[];
  readonly name: string;
}

/** Prints the descriptor of a method: a constant, or for one with type parameters a function of what they are bound to. */
export function printMethod({ context, node, flat, scope: outer }: InterfaceInfo, index: number): void {
  const method = node.interface.methods[index]!;
  const name = context.names.methods(node)[index]!;
  const implicit = context.names.typeParameters(method.implicitParameters, outer.names, context.file.id);
  const scope = new TypeScope(outer.parameters, outer.names, "brand", implicit);
  const types = new TypePrinter(context, scope);
  const params = { typeId: method.paramStructType, brand: method.paramBrand };
  const results = { typeId: method.resultStructType, brand: method.resultBrand };
  const parts = [
    `interfaceId: ${idLiteral(node.id)}`,
    `interfaceName: ${JSON.stringify(displayName(node))}`,
    `ordinal: ${index}`,
    `name: ${JSON.stringify(name)}`,
    `Params: () => ${types.namedValue(params)}`,
    `Results: () => ${types.namedValue(results)}`,
    `Pipeline: () => ${types.pipelineValue(results)}`,
    ...(isStreaming(method) ? ["streaming: true"] : []),
    ...(mayHoldCapability(context.request, results) ? [] : ["noPipelining: true"]),
  ];
  const spec = `$.method({ ${parts.join(", ")} })`;
  const names = [...outer.names, ...implicit];
  const brand = names.length === 0 ? "" : `${brandFunction(context, names)} => `;
  const value = names.length === 0 ? spec : `$.perBrand(${brand}${spec})`;
  const builder = types.named(params, "Builder");
  const given = `${types.named(params, "Init")} | ${builder}, ${builder}`;
  const type = `${brand}$.Method<${given}, ${types.named(results, "Reader")}, ${types.named(results, "Pipeline")}>`;
  context.out.constant(`${flat}$${name}`, { type }, `/*@__PURE__*/ ${value}`);
}

/** `<T extends $.AnyType>(brand: $.Brand<[T]>)`. */
export function brandFunction({ out }: FileContext, names: readonly string[]): string {
  return `${out.typed(typeParameters(names))}(${out.parameters([["brand", `$.Brand<[${names.join(", ")}]>`]])})`;
}

export function typeParameters(names: readonly string[]): string {
  return `<${names.map((name) => `${name} extends $.AnyType`).join(", ")}>`;
}

/** Every method a client has: its own, then what it inherits, each superclass once. Of two that come with one name the first stays. */
export function clientMethods({ context, node: start }: InterfaceInfo): ClientMethod[] {
  const { request, names } = context;
  const found = new Map<string, ClientMethod>();
  const seen = new Set<bigint>();
  const visit = (node: NodeOf<"interface">, brand: Brand) => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    const bindings = request.typeParameters(node.id).map((each) => boundTo(brand, each));
    names.methods(node).forEach((name, index) => {
      const method = node.interface.methods[index]!;
      if (!found.has(name)) found.set(name, { declaring: node, index, method, bindings, name });
    });
    for (const superclass of node.interface.superclasses) {
      visit(request.nodeOf(superclass.id, "interface"), bindBrand(superclass.brand, brand));
    }
  };
  const scopeIds = new Set(request.typeParameters(start.id).map((each) => each.scopeId));
  visit(start, { scopes: [...scopeIds].map((scopeId) => ({ scopeId, which: "inherit", inherit: null })) });
  return [...found.values()];
}

/** How a client's methods reach what its type parameters are bound to. */
function clientBrand({ out }: FileContext, scope: TypeScope): string {
  return `$.brandOf${out.typed(`<[${scope.names.join(", ")}]>`)}(this)`;
}

/** How the code of the interface at hand speaks of a method's params and results. */
export class MethodTypes {
  readonly #base: string;
  readonly #context: FileContext;
  readonly #method: ClientMethod;
  readonly #types: TypePrinter;
  readonly #isOwn: boolean;
  readonly #brand: string;

  constructor({ context, node, scope }: InterfaceInfo, method: ClientMethod) {
    this.#base = context.dotted(method.declaring.id);
    this.#context = context;
    this.#method = method;
    this.#brand = clientBrand(context, scope);
    this.#types = new TypePrinter(context, new TypeScope(scope.parameters, scope.names, this.#brand));
    this.#isOwn = method.declaring.id === node.id;
  }

  /** `Store.GetParams.Init<T>`; `implicit` are what the method's own type parameters are bound to, AnyPointer if left out. */
  face(role: "Params" | "Results", member: string, implicit: readonly string[] = []): string {
    const { declaring, index, bindings } = this.#method;
    const bound = bindings.map((each) => (each ? this.#types.descriptor(each) : "typeof $.AnyPointer"));
    const known = bindings.some((each) => each !== null) || implicit.length > 0;
    const args = known ? `<${[...bound, ...implicit].join(", ")}>` : "";
    return `${this.#base}.${this.#context.names.methodStruct(declaring.id, index, role)}.${member}${args}`;
  }

  /** The descriptor, as an expression in a method of the client class. `types` is an expression for what the method's own type parameters are bound to. */
  descriptor(types: string | null): string {
    const { declaring, bindings, name } = this.#method;
    const descriptor = `${this.#context.value(declaring.id)}$${name}`;
    const outer = bindings.map((each) => (each ? this.#types.value(each) : "$.AnyPointer"));
    if (types) return `${descriptor}($.methodBrand([${outer.join(", ")}], ${types}))`;
    if (bindings.length === 0) return descriptor;
    return `${descriptor}(${this.#isOwn ? this.#brand : `$.brand([${outer.join(", ")}])`})`;
  }
}
