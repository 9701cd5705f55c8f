/**
 * A struct's members → its node, and a node for each group and named union in it. Walks the members twice: in source order to
 * set up the nesting, then in the order of ordinals to lay the fields out.
 */

import { type Field, NO_DISCRIMINANT, type NodeOf, type Slot, type SourceInfo, type Type } from "../schema/model.js";
import type {
  AnnotationTarget,
  AnnotationUse,
  Declaration,
  DeclarationOf,
  Expression,
  LocatedInteger,
  Param,
} from "./ast.js";
import { compareOrdinals, OrdinalCheck } from "./ordinals.js";
import type { MethodParameters } from "./resolver.js";
import type { Span } from "./source.js";
import { AlternativeLayout, type FieldScope, StructLayout, UnionLayout } from "./struct-layout.js";
import type { Translation } from "./translation.js";
import { groupId } from "./type-id.js";
import { sizeOf } from "./type-size.js";
import { zeroValue } from "./zero-value.js";

type StructuralNode = NodeOf<"struct">;

/** The struct itself, a group or a union: something that has fields. */
interface Container {
  readonly parent: Container | undefined;
  /** Of a group or named union: itself as a field of its parent. */
  readonly asField: Member | undefined;
  readonly node: StructuralNode;
  readonly info: SourceInfo;
  /** The unnamed union in it, or the union it is. */
  union: UnionLayout | undefined;
  /** Fields in that union so far. */
  alternatives: number;
}

interface SlotContent {
  readonly kind: "slot";
  readonly scope: FieldScope;
  readonly type: Expression;
  readonly defaultValue: Expression | undefined;
  readonly isParam: boolean;
}

const VOID: Type = { which: "void", void: null };
const IMPLICIT: Field["ordinal"] = { which: "implicit", implicit: null };

/** A field, group or named union. */
interface Member {
  readonly container: Container;
  readonly name: string;
  readonly codeOrder: number;
  readonly inUnion: boolean;
  readonly ordinal: LocatedInteger | undefined;
  readonly annotations: readonly AnnotationUse[];
  readonly target: AnnotationTarget;
  readonly docComment: string | undefined;
  readonly span: Span;
  readonly content: SlotContent | { readonly kind: "container"; container: Container };
  /** Its place in the node, from when the first ordinal in it comes up. */
  field: Field | undefined;
  index: number;
}

type OrdinalMember = Member & { readonly ordinal: LocatedInteger };

/** Fills `node` (and adds group nodes to `translation`) from the members of a struct declaration. */
export function translateStruct(
  translation: Translation,
  node: StructuralNode,
  info: SourceInfo,
  members: readonly Declaration[],
): void {
  const translator = new StructTranslator(translation, undefined);
  const root = container(node, info, undefined, undefined);
  translator.enterScope(members, root, translator.layout);
  translator.finish(root);
}

/** The same for a method's parameter or result list. */
export function translateParams(
  translation: Translation,
  node: StructuralNode,
  info: SourceInfo,
  params: readonly Param[],
  method: MethodParameters,
): void {
  const translator = new StructTranslator(translation, method);
  const root = container(node, info, undefined, undefined);
  translator.enterParams(params, root);
  translator.finish(root);
}

class StructTranslator {
  readonly layout = new StructLayout();
  readonly #translation: Translation;
  readonly #method: MethodParameters | undefined;
  /** In source order, containers before their members. */
  readonly #members: Member[] = [];
  /** Those with an ordinal. */
  readonly #ordered: OrdinalMember[] = [];
  readonly #groups: StructuralNode[] = [];

  constructor(translation: Translation, method: MethodParameters | undefined) {
    this.#translation = translation;
    this.#method = method;
  }

  /** Members of the struct or of a group: fields side by side. */
  enterScope(members: readonly Declaration[], parent: Container, layout: FieldScope): void {
    let codeOrder = 0;
    for (const member of members) {
      if (member.kind === "field") {
        this.#addField(member, parent, codeOrder++, layout, false);
      } else if (member.kind === "group") {
        this.#enterGroup(member, this.#addContainer(member, parent, codeOrder++, false), layout);
      } else if (member.kind === "union" && member.name.text === "") {
        codeOrder = this.#enterUnion(member, parent, new UnionLayout(layout), codeOrder);
      } else if (member.kind === "union") {
        const union = this.#addContainer(member, parent, codeOrder++, false);
        this.#enterUnion(member, union, new UnionLayout(layout), 0);
      }
    }
  }

  enterParams(params: readonly Param[], parent: Container): void {
    params.forEach((param, index) => {
      const ordinal = { value: BigInt(index), start: param.start, end: param.end };
      this.#add({
        container: parent,
        name: param.name.text,
        codeOrder: index,
        inUnion: false,
        ordinal,
        annotations: param.annotations,
        target: "param",
        docComment: undefined,
        span: param,
        content: {
          kind: "slot",
          scope: this.layout,
          type: param.type,
          defaultValue: param.defaultValue,
          isParam: true,
        },
        field: undefined,
        index: 0,
      });
    });
  }

  /** Lays everything out and completes the nodes. */
  finish(root: Container): void {
    const { source, sink } = this.#translation;
    const check = new OrdinalCheck(source, sink);
    this.#ordered.sort((a, b) => compareOrdinals(a.ordinal, b.ordinal));
    for (const member of this.#ordered) {
      check.check(member.ordinal);
      this.#place(member, member.ordinal);
    }
    this.#finishContainer(root);
    for (const member of this.#members) {
      if (member.content.kind === "container") this.#finishContainer(member.content.container);
      this.#touch(member).annotations = this.#translation.annotations(member.annotations, member.target);
    }
    this.#setSizes(root.node);
  }

  #enterGroup(declaration: Declaration, group: Container, layout: FieldScope): void {
    if (!declaration.members.some(isMember)) {
      this.#translation.error("empty-group", declaration, "A group has at least one member.");
    }
    this.enterScope(declaration.members, group, layout);
  }

  /** Returns the next code order, as the members of an unnamed union are numbered with those around it. */
  #enterUnion(
    declaration: DeclarationOf<"union">,
    parent: Container,
    union: UnionLayout,
    firstCodeOrder: number,
  ): number {
    let codeOrder = firstCodeOrder;
    if (declaration.members.filter(isMember).length < 2) {
      this.#translation.error("union-too-small", declaration, "A union has at least two members.");
    }
    parent.union = union;
    for (const member of declaration.members) {
      if (member.kind === "field") {
        // A single field is laid out as a group of one.
        this.#addField(member, parent, codeOrder++, new AlternativeLayout(union), true);
      } else if (member.kind === "group") {
        const group = this.#addContainer(member, parent, codeOrder++, true);
        this.#enterGroup(member, group, new AlternativeLayout(union));
      } else if (member.kind === "union" && member.name.text === "") {
        this.#translation.error("nested-unnamed-union", member, "A union cannot directly contain an unnamed union.");
      } else if (member.kind === "union") {
        const inner = this.#addContainer(member, parent, codeOrder++, true);
        this.#enterUnion(member, inner, new UnionLayout(new AlternativeLayout(union)), 0);
      }
    }
    return codeOrder;
  }

  #addField(
    declaration: DeclarationOf<"field">,
    parent: Container,
    codeOrder: number,
    scope: FieldScope,
    inUnion: boolean,
  ): void {
    const { name, ordinal, type, defaultValue, annotations, docComment } = declaration;
    this.#add({
      container: parent,
      name: name.text,
      codeOrder,
      inUnion,
      ordinal,
      annotations,
      target: "field",
      docComment,
      span: declaration,
      content: { kind: "slot", scope, type, defaultValue, isParam: false },
      field: undefined,
      index: 0,
    });
  }

  #addContainer(
    declaration: DeclarationOf<"union" | "group">,
    parent: Container,
    codeOrder: number,
    inUnion: boolean,
  ): Container {
    const { node, info } = this.#groupNode(declaration, parent.node);
    const { name, annotations, docComment } = declaration;
    const member: Member = {
      container: parent,
      name: name.text,
      codeOrder,
      inUnion,
      ordinal: declaration.kind === "union" ? declaration.ordinal : undefined,
      annotations,
      target: declaration.kind,
      docComment,
      span: declaration,
      content: { kind: "container", container: parent },
      field: undefined,
      index: 0,
    };
    const result = container(node, info, parent, member);
    if (member.content.kind === "container") member.content.container = result;
    this.#add(member);
    return result;
  }

  #add(member: Member): void {
    this.#members.push(member);
    if (hasOrdinal(member)) this.#ordered.push(member);
  }

  /** Its id is known only when its position is. */
  #groupNode(declaration: Declaration, parent: StructuralNode): { node: StructuralNode; info: SourceInfo } {
    const { name, start, end, docComment } = declaration;
    const node = this.#translation.newStruct(0n, parent.displayName, name.text, { start, end });
    node.isGeneric = parent.isGeneric;
    node.struct.isGroup = true;
    this.#groups.push(node);
    const info = { id: 0n, docComment: docComment ?? "", members: [], startByte: start, endByte: end };
    this.#translation.addAuxiliary(node, info);
    return { node, info };
  }

  #place(member: Member, ordinal: LocatedInteger): void {
    const field = this.#touch(member);
    field.ordinal = { which: "explicit", explicit: Number(ordinal.value) & 0xffff };
    const { content } = member;
    if (content.kind === "container") {
      if (content.container.union?.addDiscriminant() !== false) return;
      const message = "This union's ordinal comes too late: at most one of its members may have a smaller one.";
      this.#translation.error("union-ordinal", ordinal, message);
      return;
    }
    if (field.which === "slot") this.#fillSlot(field.slot, content);
  }

  #fillSlot(slot: Slot, { type: expression, scope, defaultValue, isParam }: SlotContent): void {
    const type = this.#translation.type(expression, this.#method);
    slot.type = type ?? VOID;
    slot.defaultValue = zeroValue(slot.type);
    slot.hadExplicitDefault = type !== undefined && defaultValue !== undefined;
    slot.offset = allocate(scope, slot.type);
    if (type === undefined || defaultValue === undefined) return;
    if (isParam && isNull(defaultValue)) this.#checkNull(defaultValue, type);
    else this.#translation.deferDefault(defaultValue, slot);
  }

  /** A parameter may default to `null`, which is what a pointer is anyway. */
  #checkNull(expression: Expression, type: Type): void {
    if (sizeOf(type) === "pointer") return;
    this.#translation.error("null-default", expression, "Only parameters of pointer types can default to 'null'.");
  }

  /** Gives a member its place among its parent's fields, if it has none yet; its parent's place comes first. */
  #touch(member: Member): Field {
    if (member.field !== undefined) return member.field;
    const { container: parent } = member;
    if (parent.asField !== undefined) this.#touch(parent.asField);
    const discriminantValue = member.inUnion ? parent.alternatives++ : NO_DISCRIMINANT;
    const field =
      member.content.kind === "container"
        ? emptyGroup(member, discriminantValue)
        : emptySlot(member, discriminantValue);
    member.field = field;
    member.index = parent.node.struct.fields.push(field) - 1;
    const { start, end } = member.span;
    parent.info.members.push({ docComment: member.docComment ?? "", startByte: start, endByte: end });
    return field;
  }

  #finishContainer(target: Container): void {
    const { node, union, asField, parent } = target;
    if (union !== undefined) {
      union.addDiscriminant();
      node.struct.discriminantCount = target.alternatives;
      node.struct.discriminantOffset = union.discriminantOffset ?? 0;
    }
    if (asField === undefined || parent === undefined) return;
    const field = this.#touch(asField);
    node.id = groupId(parent.node.id, asField.index);
    node.scopeId = parent.node.id;
    target.info.id = node.id;
    if (field.which === "group") field.group.typeId = node.id;
  }

  #setSizes(root: StructuralNode): void {
    const { dataWords, pointerCount } = this.layout;
    if (dataWords > 0xffff || pointerCount > 0xffff) {
      const message = `This struct takes ${dataWords} words and ${pointerCount} pointers; the format allows 65535 of each.`;
      this.#translation.error("struct-too-large", { start: root.startByte, end: root.endByte }, message);
    }
    for (const node of [root, ...this.#groups]) {
      node.struct.dataWordCount = dataWords & 0xffff;
      node.struct.pointerCount = pointerCount & 0xffff;
    }
  }
}

function emptySlot({ name, codeOrder }: Member, discriminantValue: number): Field {
  const slot = { offset: 0, type: VOID, defaultValue: zeroValue(VOID), hadExplicitDefault: false };
  return { name, codeOrder, annotations: [], discriminantValue, ordinal: IMPLICIT, which: "slot", slot };
}

function emptyGroup({ name, codeOrder }: Member, discriminantValue: number): Field {
  const group = { typeId: 0n };
  return { name, codeOrder, annotations: [], discriminantValue, ordinal: IMPLICIT, which: "group", group };
}

function container(
  node: StructuralNode,
  info: SourceInfo,
  parent: Container | undefined,
  asField: Member | undefined,
): Container {
  return { parent, asField, node, info, union: undefined, alternatives: 0 };
}

function isMember(declaration: Declaration): boolean {
  return declaration.kind === "field" || declaration.kind === "union" || declaration.kind === "group";
}

function hasOrdinal(member: Member): member is OrdinalMember {
  return member.ordinal !== undefined;
}

function isNull(expression: Expression): boolean {
  return expression.kind === "name" && !expression.absolute && expression.name.text === "null";
}

function allocate(scope: FieldScope, type: Type): number {
  const size = sizeOf(type);
  if (size === "pointer") return scope.addPointer();
  if (size !== "nothing") return scope.addData(size);
  scope.addVoid();
  return 0;
}
