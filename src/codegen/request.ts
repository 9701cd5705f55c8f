/**
 * RequestIndex: a CodeGeneratorRequest (the plain model of schema/model.ts) indexed for the generator: nodes by id, comments,
 * who owns the structs that the compiler made from parameter lists, and which type parameters are in scope where.
 */

import { CapwireError } from "../errors.js";
import { STREAM_RESULT_ID } from "../schema/interface-schema.js";
import type { Brand, CodeGeneratorRequest, Field, Method, Node, NodeOf, SourceInfo, Type } from "../schema/model.js";

/** A type parameter of a node or of one it is nested in. */
export interface TypeParameter {
  readonly scopeId: bigint;
  readonly index: number;
  /** As written in the schema; names.ts may have to change it. */
  readonly name: string;
}

/** Which method's parameter or result list a struct was made from. */
export interface MethodStruct {
  readonly interfaceId: bigint;
  readonly method: number;
  readonly role: "Params" | "Results";
}

export class RequestIndex {
  readonly request: CodeGeneratorRequest;
  readonly #nodes = new Map<bigint, Node>();
  readonly #sources = new Map<bigint, SourceInfo>();
  readonly #methodStructs = new Map<bigint, MethodStruct>();

  constructor(request: CodeGeneratorRequest) {
    this.request = request;
    for (const node of request.nodes) this.#nodes.set(node.id, node);
    for (const source of request.sourceInfo) this.#sources.set(source.id, source);
    for (const node of request.nodes) if (node.which === "interface") this.#indexMethods(node);
  }

  #indexMethods(node: NodeOf<"interface">): void {
    node.interface.methods.forEach((method, index) => {
      const own = (id: bigint, role: "Params" | "Results") => {
        // The compiler's own structs have no scope (schema.capnp Method.paramStructType).
        const struct = this.#nodes.get(id);
        if (struct?.which === "struct" && struct.scopeId === 0n) {
          this.#methodStructs.set(id, { interfaceId: node.id, method: index, role });
        }
      };
      own(method.paramStructType, "Params");
      own(method.resultStructType, "Results");
    });
  }

  find(id: bigint): Node | undefined {
    return this.#nodes.get(id);
  }

  node(id: bigint): Node {
    const node = this.#nodes.get(id);
    if (!node) throw new GeneratorError("missing-node", `the request lacks node 0x${id.toString(16)}`);
    return node;
  }

  /** The node `id`, which must be of kind `which`. */
  nodeOf<K extends Node["which"]>(id: bigint, which: K): NodeOf<K> {
    const node = this.node(id);
    if (node.which !== which) throw new GeneratorError("wrong-node", `${node.displayName} is not of kind ${which}`);
    return node as NodeOf<K>;
  }

  methodStruct(id: bigint): MethodStruct | undefined {
    return this.#methodStructs.get(id);
  }

  /** The node around `node`: its scope, or the interface of a struct made from a parameter list; undefined for files. */
  parent(node: Node): Node | undefined {
    const owner = this.#methodStructs.get(node.id);
    return this.#nodes.get(owner ? owner.interfaceId : node.scopeId);
  }

  /** The id of the file that `node` belongs to; undefined if the request leaves out a scope between them. */
  fileIdOf(node: Node): bigint | undefined {
    let top = node;
    for (let parent = this.parent(top); parent; parent = this.parent(top)) top = parent;
    return top.which === "file" ? top.id : undefined;
  }

  fileOf(id: bigint): NodeOf<"file"> {
    const file = this.find(this.fileIdOf(this.node(id)) ?? 0n);
    if (file?.which !== "file")
      throw new GeneratorError("missing-node", `the request lacks the file of ${this.node(id).displayName}`);
    return file;
  }

  /** Every type parameter a reference to `id` may bind, outermost scope first. */
  typeParameters(id: bigint): TypeParameter[] {
    const found: TypeParameter[] = [];
    for (let node: Node | undefined = this.find(id); node; node = this.parent(node)) {
      // The struct of a group repeats nothing: its parent's parameters count.
      const scopeId = node.id;
      found.unshift(...node.parameters.map(({ name }, index) => ({ scopeId, index, name })));
    }
    return found;
  }

  docComment(id: bigint): string {
    return this.#sources.get(id)?.docComment ?? "";
  }

  /** Where a declaration begins in its file, in bytes; undefined if the request does not say. */
  place(id: bigint): number | undefined {
    return this.#sources.get(id)?.startByte;
  }

  memberPlace(id: bigint, index: number): number | undefined {
    return this.#sources.get(id)?.members[index]?.startByte;
  }

  memberComment(id: bigint, index: number): string {
    return this.#sources.get(id)?.members[index]?.docComment ?? "";
  }
}

/** A request the generator cannot work with: incomplete, or not what a Cap'n Proto compiler emits. */
export class GeneratorError extends CapwireError {
  readonly code: "missing-node" | "wrong-node" | "bad-request";

  constructor(code: "missing-node" | "wrong-node" | "bad-request", message: string) {
    super(message);
    this.name = "GeneratorError";
    this.code = code;
  }
}

/** Fields in the order of the source text, with their index among the node's fields. */
export function fieldsInCodeOrder(node: NodeOf<"struct">): { field: Field; index: number }[] {
  return node.struct.fields
    .map((field, index) => ({ field, index }))
    .sort((a, b) => a.field.codeOrder - b.field.codeOrder);
}

/** Whether `method` is declared `-> stream`. */
export function isStreaming(method: Method): boolean {
  return method.resultStructType === STREAM_RESULT_ID;
}

/** What `brand` binds parameter `index` of `scopeId` to: a type, the parameter itself (inherited), or null when unbound. */
export function boundTo(brand: Brand, parameter: TypeParameter): Type | null {
  const scope = brand.scopes.find((each) => each.scopeId === parameter.scopeId);
  if (!scope) return null;
  if (scope.which === "bind") {
    const binding = scope.bind[parameter.index];
    return binding?.which === "type" ? binding.type : null;
  }
  const inherited = { scopeId: parameter.scopeId, parameterIndex: parameter.index };
  return { which: "anyPointer", anyPointer: { which: "parameter", parameter: inherited } };
}
