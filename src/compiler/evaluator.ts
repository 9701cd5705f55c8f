/**
 * Expression and expected type → value. The expected type decides how literals are read (a string can be Text or Data, a bare
 * name an enumerant); constants bring their own type, which must match.
 *
 * Answers undefined after reporting what is wrong.
 */

import { bindType, sameType } from "../schema/brand.js";
import type { Brand, Field, Node, NodeOf, Slot, Type } from "../schema/model.js";
import { type Expression, type ExpressionOf, spell, type TupleItem } from "./ast.js";
import type { Definition } from "./definition.js";
import type { DiagnosticKind } from "./diagnostic.js";
import { readEmbed } from "./embed.js";
import type { ModuleLoader } from "./module-loader.js";
import { toBrand } from "./reference.js";
import type { PendingValue, Translator } from "./translation.js";
import { typeName } from "./type-name.js";
import type { Assignment, Evaluated, StructType } from "./value.js";
import { fitsFloat, isAnyOf, isFloat, isInteger, isLiteral, rangeOf, wrap } from "./value-rules.js";

type Outcome = { readonly done: boolean; readonly value: Evaluated | undefined };

export class Evaluator {
  readonly #translator: Translator;
  readonly #loader: ModuleLoader;
  readonly #outcomes = new Map<PendingValue, Outcome>();

  constructor(translator: Translator, loader: ModuleLoader) {
    this.#translator = translator;
    this.#loader = loader;
  }

  /** Works out a pending value, once. */
  evaluatePending(pending: PendingValue): Evaluated | undefined {
    const known = this.#outcomes.get(pending);
    if (known !== undefined) {
      if (!known.done) {
        this.#error("recursive-declaration", pending.scope, pending.expression, "This value depends on itself.");
      }
      return known.value;
    }
    this.#outcomes.set(pending, { done: false, value: undefined });
    const value = this.evaluate(pending.expression, pending.type, pending.scope);
    this.#outcomes.set(pending, { done: true, value });
    return value;
  }

  /** The default of a field; undefined if none was declared. */
  evaluateDefault(slot: Slot): Evaluated | undefined {
    const pending = this.#translator.pendingDefaults.get(slot);
    return pending && this.evaluatePending(pending);
  }

  /** The value of `expression`, written in `scope`, where `type` is expected. */
  evaluate(expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    if (type.which === "anyPointer" && type.anyPointer.which !== "unconstrained") {
      const message = "The type here is a type parameter, so what kind of value it takes is not known.";
      this.#error("unbound-parameter-value", scope, expression, message);
      return undefined;
    }
    switch (expression.kind) {
      case "unknown":
        return undefined;
      case "tuple":
        return this.#tuple(expression, type, scope);
      case "embed":
        return this.#embed(expression, type, scope);
      case "name":
      case "member":
      case "import":
      case "application":
        return this.#named(expression, type, scope);
      default:
        if (this.#fits(expression, type)) return this.#literal(expression, type, scope);
        return this.#mismatch(expression, type, scope);
    }
  }

  /** Literals, whose kind can be seen. A struct takes what its first field takes. */
  #literal(expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    if (type.which === "struct") return this.#shorthand(expression, type, scope);
    switch (expression.kind) {
      case "integer":
        return this.#integer(
          expression.negative ? -expression.magnitude : expression.magnitude,
          expression,
          type,
          scope,
        );
      case "float":
        return this.#float(expression.value, expression, type, scope);
      case "string":
        return type.which === "data" ? { kind: "data", value: expression.bytes } : this.#text(expression, scope);
      case "data":
        return { kind: "data", value: expression.bytes };
      case "list":
        return this.#list(expression, type, scope);
      case "name":
        return this.#nameLiteral(expression.name.text, type);
      default:
        return undefined;
    }
  }

  /** Whether a literal of this form can be a value of the type. */
  #fits(expression: Expression, type: Type): boolean {
    if (type.which === "struct") {
      const first = this.#firstField(type);
      // A struct within a struct is not unpacked further; it might hold itself.
      return first !== undefined && first.type.which !== "struct" && this.#fits(expression, first.type);
    }
    switch (expression.kind) {
      case "integer":
        return isInteger(type) || isFloat(type);
      case "float":
        return isFloat(type);
      case "string":
        return type.which === "text" || type.which === "data";
      case "data":
        return type.which === "data";
      case "list":
        return type.which === "list";
      case "name":
        return !expression.absolute && this.#nameLiteral(expression.name.text, type) !== undefined;
      default:
        return false;
    }
  }

  #nameLiteral(name: string, type: Type): Evaluated | undefined {
    if (type.which === "enum") {
      const node = this.#translator.node(type.enum.typeId);
      const ordinal = node?.which === "enum" ? node.enum.enumerants.findIndex((one) => one.name === name) : -1;
      return ordinal < 0 ? undefined : { kind: "enum", typeId: type.enum.typeId, ordinal };
    }
    if (name === "void" && type.which === "void") return { kind: "void" };
    if ((name === "true" || name === "false") && type.which === "bool") return { kind: "bool", value: name === "true" };
    if ((name === "inf" || name === "nan") && isFloat(type))
      return { kind: "float", value: name === "inf" ? Infinity : NaN };
    return undefined;
  }

  #named(expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    if (expression.kind === "name" && !expression.absolute) {
      if (this.#fits(expression, type)) {
        this.#noteEnumerant(expression, type, scope);
        return this.#literal(expression, type, scope);
      }
      if (["void", "true", "false", "inf", "nan"].includes(expression.name.text) && type.which !== "enum") {
        return this.#mismatch(expression, type, scope);
      }
    }
    return this.#constant(expression, type, scope);
  }

  #constant(expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    const reference = this.#translator.resolver.resolve(expression, scope);
    if (reference === undefined) return undefined;
    if (reference.kind !== "definition" || reference.definition.kind !== "const") {
      this.#error("not-a-constant", scope, expression, `'${spell(expression)}' is not a constant.`);
      return undefined;
    }
    const { definition, bindings } = reference;
    if (expression.kind === "name" && !expression.absolute) {
      const parent = definition.parent?.kind === "file" ? "" : (definition.parent?.name ?? "");
      const message = `A constant is named with its scope: write '${parent}.${expression.name.text}' if it is what you mean.`;
      this.#error("unqualified-constant", scope, expression, message);
      return undefined;
    }
    const pending = this.#translator.translate(definition).constant;
    const value = pending && this.evaluatePending(pending);
    if (pending === undefined || value === undefined) return undefined;
    return this.#use(value, bindType(pending.type, toBrand(bindings)), expression, type, scope);
  }

  /** Checks a constant against the type it is used for. */
  #use(value: Evaluated, own: Type, expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    if (value.kind === "integer" && (isInteger(type) || isFloat(type))) {
      return this.#integer(value.value, expression, type, scope);
    }
    if (value.kind === "float" && isFloat(type)) return this.#float(value.value, expression, type, scope);
    if (sameType(own, type) || isAnyOf(own, type)) return value;
    if (type.which !== "struct") return this.#mismatch(expression, type, scope);
    const first = this.#firstField(type);
    if (first === undefined || first.type.which === "struct") {
      if (first !== undefined && sameType(own, first.type)) return wrap(type, first.field, first.type, value);
      return this.#mismatch(expression, type, scope);
    }
    const inner = this.#use(value, own, expression, first.type, scope);
    return inner && wrap(type, first.field, first.type, inner);
  }

  /** A single value that stands for a struct: that of its first field. */
  #shorthand(expression: Expression, type: StructType, scope: Definition): Evaluated | undefined {
    const first = this.#firstField(type);
    const value = first && this.evaluate(expression, first.type, scope);
    return first && value && wrap(type, first.field, first.type, value);
  }

  #firstField(type: StructType): { field: Extract<Field, { which: "slot" }>; type: Type } | undefined {
    const field = this.#structNode(type.struct.typeId)?.struct.fields[0];
    if (field?.which !== "slot") return undefined;
    return { field, type: bindType(field.slot.type, type.struct.brand) };
  }

  #integer(value: bigint, expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    const [low, high] = rangeOf(type);
    if (value >= low && value <= high) return { kind: "integer", value };
    const message = `${value} does not fit in ${this.#name(type)}, which goes from ${low} to ${high}.`;
    this.#error("out-of-range", scope, expression, message);
    return undefined;
  }

  #float(value: number, expression: Expression, type: Type, scope: Definition): Evaluated | undefined {
    if (fitsFloat(value, type)) return { kind: "float", value };
    this.#error("out-of-range", scope, expression, `${value} does not fit in Float32.`);
    return undefined;
  }

  #text(expression: ExpressionOf<"string">, scope: Definition): Evaluated | undefined {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return { kind: "text", value: decoder.decode(expression.bytes) };
    } catch {
      this.#error(
        "invalid-utf8",
        scope,
        expression,
        "Text is UTF-8, which these bytes are not. Use Data for other bytes.",
      );
      return undefined;
    }
  }

  #list(expression: ExpressionOf<"list">, type: Type, scope: Definition): Evaluated | undefined {
    if (type.which !== "list") return undefined;
    const items = expression.items.map((item) => this.evaluate(item, type.list.elementType, scope));
    const complete = items.filter((item) => item !== undefined);
    return complete.length === items.length ? { kind: "list", type, items: complete } : undefined;
  }

  #tuple(expression: ExpressionOf<"tuple">, type: Type, scope: Definition): Evaluated | undefined {
    if (type.which !== "struct") return this.#mismatch(expression, type, scope);
    const node = this.#structNode(type.struct.typeId);
    if (node === undefined) return undefined;
    const assignments = this.#assignments(expression.items, node, type.struct.brand, scope);
    return assignments && { kind: "struct", type, assignments };
  }

  #assignments(
    items: readonly TupleItem[],
    node: NodeOf<"struct">,
    brand: Brand,
    scope: Definition,
  ): Assignment[] | undefined {
    const assignments: Assignment[] = [];
    let failed = false;
    for (const item of items) {
      const assignment = this.#assignment(item, node, brand, scope);
      if (assignment === undefined) {
        failed = true;
        continue;
      }
      this.#checkRepeated(assignments, assignment.field, item, scope);
      assignments.push(assignment);
    }
    return failed ? undefined : assignments;
  }

  #assignment(item: TupleItem, node: NodeOf<"struct">, brand: Brand, scope: Definition): Assignment | undefined {
    const { name, value: expression } = item;
    if (name === undefined) {
      const message = "The value of which field? Write 'name = value'.";
      if (expression.kind !== "unknown") this.#error("missing-field-name", scope, expression, message);
      return undefined;
    }
    const field = node.struct.fields.find((candidate) => candidate.name === name.text);
    if (field === undefined) {
      this.#error("no-such-field", scope, name, `'${this.#nodeName(node)}' has no field '${name.text}'.`);
      return undefined;
    }
    if (field.ordinal.which === "explicit") {
      this.#translator.resolver.noteMember(scope, name, node.id, field.ordinal.explicit);
    }
    if (field.which === "group") return this.#group(field, expression, brand, scope);
    const type = bindType(field.slot.type, brand);
    const value = this.evaluate(expression, type, scope);
    return value && { kind: "slot", field, type, value };
  }

  #group(
    field: Extract<Field, { which: "group" }>,
    expression: Expression,
    brand: Brand,
    scope: Definition,
  ): Assignment | undefined {
    const node = this.#structNode(field.group.typeId);
    if (node === undefined) return undefined;
    if (expression.kind === "tuple") {
      const assignments = this.#assignments(expression.items, node, brand, scope);
      return assignments && { kind: "group", field, assignments };
    }
    const first = node.struct.fields[0];
    const type = first?.which === "slot" ? bindType(first.slot.type, brand) : undefined;
    if (first?.which !== "slot" || type === undefined || (isLiteral(expression) && !this.#fits(expression, type))) {
      this.#error("type-mismatch", scope, expression, "A group is expected here: '(name = value, …)'.");
      return undefined;
    }
    const value = this.evaluate(expression, type, scope);
    return value && { kind: "group", field, assignments: [{ kind: "slot", field: first, type, value }] };
  }

  #checkRepeated(earlier: readonly Assignment[], field: Field, { name, value }: TupleItem, scope: Definition): void {
    const inUnion = field.discriminantValue !== 0xffff;
    for (const { field: other } of earlier) {
      if (other === field) {
        this.#error("duplicate-value", scope, name ?? value, `'${field.name}' is given twice.`);
      } else if (inUnion && other.discriminantValue !== 0xffff) {
        const message = `'${field.name}' and '${other.name}' are in one union; only one of them can be set.`;
        this.#error("duplicate-value", scope, name ?? value, message);
      }
    }
  }

  #embed(expression: ExpressionOf<"embed">, type: Type, scope: Definition): Evaluated | undefined {
    const content = this.#loader.readEmbed(scope.module, expression.path.text);
    if (content === undefined) {
      this.#error("embed-failed", scope, expression.path, `There is no file '${expression.path.text}' to embed.`);
      return undefined;
    }
    const result = readEmbed(content, type);
    if (typeof result !== "string") return result;
    this.#error("invalid-embed", scope, expression, result);
    return undefined;
  }

  #noteEnumerant(expression: ExpressionOf<"name">, type: Type, scope: Definition): void {
    const value = this.#nameLiteral(expression.name.text, type);
    if (value?.kind === "enum") this.#translator.resolver.noteMember(scope, expression, value.typeId, value.ordinal);
  }

  #structNode(id: bigint): NodeOf<"struct"> | undefined {
    const node = this.#translator.node(id);
    return node?.which === "struct" ? node : undefined;
  }

  #mismatch(expression: Expression, type: Type, scope: Definition): undefined {
    this.#error("type-mismatch", scope, expression, `A value of type ${this.#name(type)} is expected here.`);
  }

  #name(type: Type): string {
    return typeName(type, (id) => this.#translator.node(id));
  }

  #nodeName(node: Node): string {
    return this.#name({ which: "struct", struct: { typeId: node.id, brand: { scopes: [] } } });
  }

  #error(kind: DiagnosticKind, scope: Definition, span: { start: number; end: number }, message: string): void {
    this.#translator.sink.error(kind, scope.module.source, span, message);
  }
}
