/**
 * SchemaLoader: the schema nodes a program knows, by id. Nodes come from the compiler, from generated code, from a file of
 * CodeGeneratorRequest or over a connection, in any order and more than once. Each is validated when it arrives; of two
 * versions of one node the newer stays, and one that is neither newer nor older is refused.
 *
 * What nodes say of each other is looked at when it is needed: a node that is never used may be missing.
 */

import { DEFAULT_TRAVERSAL_LIMIT_IN_WORDS, type ReaderOptions } from "../wire/limits.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { compareNodes } from "./compatibility.js";
import { AnnotationSchema, ConstSchema, FileSchema } from "./constant-schema.js";
import { decodeNodeStruct, decodeRequest } from "./decode-request.js";
import { nodeDependencies } from "./dependencies.js";
import { EnumSchema } from "./enum-schema.js";
import { formatNodeId, SchemaError } from "./errors.js";
import { InterfaceSchema } from "./interface-schema.js";
import type { CodeGeneratorRequest, Node, NodeOf, SourceInfo } from "./model.js";
import type { AnySchema } from "./schema.js";
import { NO_BRAND, type SchemaBrand } from "./schema-brand.js";
import { StructSchema } from "./struct-schema.js";
import { validateNode } from "./validate.js";

/** What `$schema` of generated code is: a file's own nodes, and the bundles of the files it imports. */
export interface BundledSchema {
  /** A framed CodeGeneratorRequest. */
  readonly bytes: Uint8Array;
  readonly imports: readonly BundledSchema[];
}

/** Enough to read a request of that size several times over, and not without end. */
function limits(bytes: Uint8Array, options: ReaderOptions | undefined): ReaderOptions {
  return { traversalLimitInWords: Math.max(DEFAULT_TRAVERSAL_LIMIT_IN_WORDS, bytes.length * 2), ...options };
}

type SchemaOf<K extends AnySchema["kind"]> = Extract<AnySchema, { kind: K }>;

export class SchemaLoader {
  readonly #nodes = new Map<bigint, Node>();
  readonly #sources = new Map<bigint, SourceInfo>();
  /** Views by id and brand. */
  readonly #views = new Map<string, AnySchema>();
  readonly #bundles = new WeakSet<BundledSchema>();

  /**
   * Adds a node, as the compiler gives it or as a struct: a `Node` of schema.capnp in any message, say a parameter of a call. If its
   * id is known, the newer of both versions stays, and views made from an older one are out of date: ask again. Throws SchemaError
   * "invalid-node", "incompatible-node" or "unknown-kind", WireError, and then changes nothing.
   */
  load(node: Node | StructReader | StructBuilder): AnySchema {
    const plain = node instanceof StructReader || node instanceof StructBuilder ? decodeNodeStruct(node) : node;
    this.#add(plain);
    return this.get(plain.id);
  }

  /**
   * Adds every node of a request: as the compiler gives it, or a framed message, which may come from anywhere (`options` limit the
   * reading of it). Returns the files that were asked for. Throws SchemaError, WireError.
   */
  loadRequest(request: CodeGeneratorRequest | Uint8Array, options?: ReaderOptions): readonly FileSchema[] {
    const { nodes, sourceInfo, requestedFiles } =
      request instanceof Uint8Array ? decodeRequest(request, limits(request, options)) : request;
    for (const node of nodes) this.#add(node);
    for (const source of sourceInfo) this.#sources.set(source.id, source);
    return requestedFiles.map(({ id }) => this.file(id));
  }

  /** Adds what generated code carries as `$schema`, imported files included. Returns the file. */
  loadBundle(bundle: BundledSchema): FileSchema {
    const { requestedFiles, nodes } = decodeRequest(bundle.bytes);
    const id = requestedFiles[0]?.id ?? 0n;
    if (this.#bundles.has(bundle)) return this.file(id);
    this.#bundles.add(bundle);
    for (const imported of bundle.imports) this.loadBundle(imported);
    for (const node of nodes) this.#add(node);
    return this.file(id);
  }

  #add(node: Node): void {
    validateNode(node);
    const known = this.#nodes.get(node.id);
    if (known) {
      const change = compareNodes(known, node, (id) => this.#nodes.get(id));
      if (change.verdict === "incompatible") {
        throw new SchemaError(
          "incompatible-node",
          `${node.displayName} ${formatNodeId(node.id)} does not fit the version that was loaded before: ${change.reason}`,
        );
      }
      if (change.verdict !== "newer") return;
    }
    this.#nodes.set(node.id, node);
    if (known) this.#forget(node.id);
  }

  /** Views that may have looked at the old version of a node. */
  #forget(_id: bigint): void {
    this.#views.clear();
  }

  /** The view of a node. Throws SchemaError "missing-node". */
  get(id: bigint): AnySchema {
    const schema = this.find(id);
    if (!schema) throw new SchemaError("missing-node", `no schema with id ${formatNodeId(id)} was loaded`);
    return schema;
  }

  /** The view of a node; undefined if it was not loaded. */
  find(id: bigint): AnySchema | undefined {
    const node = this.#nodes.get(id);
    return node && this.#view(node, NO_BRAND);
  }

  /** The file whose name, as its nodes have it, is `name`; undefined if it was not loaded. */
  findFile(name: string): FileSchema | undefined {
    for (const node of this.#nodes.values()) {
      if (node.which === "file" && node.displayName === name) return this.file(node.id);
    }
    return undefined;
  }

  file(id: bigint): FileSchema {
    return this.#of(id, "file", NO_BRAND);
  }

  struct(id: bigint, brand: SchemaBrand = NO_BRAND): StructSchema {
    return this.#of(id, "struct", brand);
  }

  enum(id: bigint): EnumSchema {
    return this.#of(id, "enum", NO_BRAND);
  }

  interface(id: bigint, brand: SchemaBrand = NO_BRAND): InterfaceSchema {
    return this.#of(id, "interface", brand);
  }

  const(id: bigint): ConstSchema {
    return this.#of(id, "const", NO_BRAND);
  }

  annotation(id: bigint): AnnotationSchema {
    return this.#of(id, "annotation", NO_BRAND);
  }

  /** Every node that was loaded. */
  *[Symbol.iterator](): IterableIterator<AnySchema> {
    for (const node of this.#nodes.values()) yield this.#view(node, NO_BRAND);
  }

  /** The ids that a node mentions: types, superclasses, scopes, nested declarations, annotations. */
  dependencies(id: bigint): readonly bigint[] {
    const node = this.#nodes.get(id);
    return node ? nodeDependencies(node) : [];
  }

  /** What is mentioned by loaded nodes, directly or not, but was not loaded itself. */
  missing(from?: bigint): readonly bigint[] {
    const missing = new Set<bigint>();
    const seen = new Set<bigint>();
    const todo = from === undefined ? [...this.#nodes.keys()] : [from];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (this.#nodes.has(id)) todo.push(...this.dependencies(id));
      else missing.add(id);
    }
    return [...missing];
  }

  docComment(id: bigint): string {
    return this.#sources.get(id)?.docComment ?? "";
  }

  memberComment(id: bigint, index: number): string {
    return this.#sources.get(id)?.members[index]?.docComment ?? "";
  }

  #of<K extends AnySchema["kind"]>(id: bigint, kind: K, brand: SchemaBrand): SchemaOf<K> {
    const node = this.#nodes.get(id);
    if (!node) throw new SchemaError("missing-node", `no ${kind} with id ${formatNodeId(id)} was loaded`);
    if (node.which !== kind) {
      throw new SchemaError(
        "wrong-kind",
        `${node.displayName} ${formatNodeId(id)} is of kind ${node.which}, not ${kind}`,
      );
    }
    return this.#view(node, brand) as SchemaOf<K>;
  }

  #view(node: Node, brand: SchemaBrand): AnySchema {
    const key = `${node.id}${brand.key}`;
    let view = this.#views.get(key);
    if (!view) {
      view = this.#makeView(node, brand);
      this.#views.set(key, view);
    }
    return view;
  }

  #makeView(node: Node, brand: SchemaBrand): AnySchema {
    switch (node.which) {
      case "file":
        return new FileSchema(this, node as NodeOf<"file">, brand);
      case "struct":
        return new StructSchema(this, node as NodeOf<"struct">, brand);
      case "enum":
        return new EnumSchema(this, node as NodeOf<"enum">, brand);
      case "interface":
        return new InterfaceSchema(this, node as NodeOf<"interface">, brand);
      case "const":
        return new ConstSchema(this, node as NodeOf<"const">, brand);
      case "annotation":
        return new AnnotationSchema(this, node as NodeOf<"annotation">, brand);
    }
  }
}
