/**
 * Names: every decision about what a declaration is called in TypeScript. Nobody else looks at reserved words or clashes.
 *
 * Two rules keep most clashes from arising: Cap'n Proto names hold no `$`, so everything the generator itself needs at the top
 * level of a file has one (`Person$Reader`, the import alias `$other`); and what remains gets a trailing `_`, which Cap'n
 * Proto names cannot have either. A name depends only on the scope it is declared in, so that adding a declaration elsewhere
 * never renames anything, and a file that imports another comes to the same names as that file itself.
 */

import {
  CLIENT_MEMBERS,
  type FieldNames,
  fieldNames,
  NameSet,
  pascalCase,
  TYPE_MEMBERS,
} from "../schema/member-names.js";
import type { Node, NodeOf } from "../schema/model.js";
import { fieldsInCodeOrder, type RequestIndex, type TypeParameter } from "./request.js";

/** Words that cannot name a variable in a strict-mode module. */
const RESERVED_WORDS =
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield NaN Infinity".split(
    " ",
  );

/** Global types that generated code mentions; a declaration of that name would shadow them. */
const USED_GLOBALS =
  "Iterable Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array Float32Array Float64Array".split(
    " ",
  );

export class Names {
  readonly #request: RequestIndex;
  readonly #scopes = new Map<bigint, Map<string, string>>();
  readonly #fields = new Map<bigint, FieldNames[]>();
  readonly #methods = new Map<bigint, string[]>();

  constructor(request: RequestIndex) {
    this.#request = request;
  }

  /** The name of `node` within its scope. */
  local(node: Node): string {
    const owner = this.#request.methodStruct(node.id);
    if (owner) return this.methodStruct(owner.interfaceId, owner.method, owner.role);
    return this.#scope(node.scopeId).get(String(node.id)) ?? simpleName(node);
  }

  /** The name of a method's params or results in the interface's namespace. */
  methodStruct(interfaceId: bigint, method: number, role: "Params" | "Results"): string {
    return this.#scope(interfaceId).get(`${method}${role}`)!;
  }

  /** The dotted path by which code at the top level of the declaring file says `node`: `Person.PhoneNumber`. */
  dotted(node: Node): string {
    const parent = this.#request.parent(node);
    return !parent || parent.which === "file" ? this.local(node) : `${this.dotted(parent)}.${this.local(node)}`;
  }

  /** One identifier for `node`, the base of what the generator declares at the top level: `Person$PhoneNumber`. */
  flat(node: Node): string {
    return this.dotted(node).replaceAll(".", "$");
  }

  fields(node: NodeOf<"struct">): readonly FieldNames[] {
    let found = this.#fields.get(node.id);
    if (!found) {
      found = fieldNames(node.struct.fields);
      this.#fields.set(node.id, found);
    }
    return found;
  }

  /**
   * The member names of the methods that `node` declares itself. What it inherits keeps the name it has in the superclass,
   * so that a client of the subclass can stand for one of the superclass; a method of the same name gives way.
   */
  methods(node: NodeOf<"interface">): readonly string[] {
    let found = this.#methods.get(node.id);
    if (!found) {
      const members = new NameSet(CLIENT_MEMBERS);
      for (const inherited of this.#inherited(node)) for (const name of this.methods(inherited)) members.claim(name);
      found = node.interface.methods.map((method) => members.claim(method.name));
      this.#methods.set(node.id, found);
    }
    return found;
  }

  #inherited(node: NodeOf<"interface">, seen = new Set<bigint>([node.id])): NodeOf<"interface">[] {
    const found: NodeOf<"interface">[] = [];
    for (const { id } of node.interface.superclasses) {
      const superclass = this.#request.find(id);
      if (seen.has(id) || superclass?.which !== "interface") continue;
      seen.add(id);
      found.push(...this.#inherited(superclass, seen), superclass);
    }
    return found;
  }

  /** The names of type parameters, in their order; a parameter never hides a declaration of the file. */
  typeParameters(
    parameters: readonly Pick<TypeParameter, "name">[],
    inScope: readonly string[],
    fileId: bigint,
  ): string[] {
    const taken = new NameSet([...RESERVED_WORDS, ...USED_GLOBALS, ...inScope, ...this.#scope(fileId).values()]);
    return parameters.map(({ name }) => taken.claim(name));
  }

  /** Names of everything declared directly in scope `id`: by node id, and by `<method><role>` for params and results. */
  #scope(id: bigint): Map<string, string> {
    let names = this.#scopes.get(id);
    if (!names) {
      names = new Map();
      this.#scopes.set(id, names);
      const scope = this.#request.find(id);
      if (scope) this.#fillScope(scope, names);
    }
    return names;
  }

  #fillScope(scope: Node, names: Map<string, string>): void {
    const taken = new NameSet(scope.which === "file" ? [...RESERVED_WORDS, ...USED_GLOBALS] : TYPE_MEMBERS);
    for (const nested of scope.nestedNodes) names.set(String(nested.id), taken.claim(nested.name));
    if (scope.which === "struct") {
      for (const { field } of fieldsInCodeOrder(scope)) {
        if (field.which === "group") names.set(String(field.group.typeId), taken.claim(pascalCase(field.name)));
      }
    }
    if (scope.which === "interface") {
      scope.interface.methods.forEach((method, index) => {
        for (const role of ["Params", "Results"] as const) {
          const preferred = pascalCase(method.name) + role;
          const struct = role === "Params" ? method.paramStructType : method.resultStructType;
          // A nested struct that has just this name and purpose needs no second one.
          names.set(`${index}${role}`, names.get(String(struct)) === preferred ? preferred : taken.claim(preferred));
        }
      });
    }
  }
}

/** The alias for importing the generated code of `filename`: `$addressBook` for `dir/address-book.capnp`. */
export function moduleAlias(filename: string): string {
  const base = filename.slice(filename.lastIndexOf("/") + 1).replace(/\.capnp$/, "");
  return `$${base.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "")}`;
}

/** The last part of a display name, for nodes whose scope the request leaves out. */
function simpleName(node: Node): string {
  return node.displayName.slice(node.displayName.lastIndexOf(":") + 1).replace(/^.*\./, "");
}
