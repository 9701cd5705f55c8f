/**
 * The syntax tree: what a file says, before any name is looked up. Plain data with the spans it was read from.
 */

import type { Span } from "./source.js";

export interface LocatedText extends Span {
  readonly text: string;
}

export interface LocatedInteger extends Span {
  readonly value: bigint;
}

/** An expression names a type or a declaration, or is a value; which of them, its place decides. */
export type Expression = Span &
  (
    | { readonly kind: "unknown" }
    | { readonly kind: "integer"; readonly magnitude: bigint; readonly negative: boolean }
    | { readonly kind: "float"; readonly value: number }
    | { readonly kind: "string"; readonly bytes: Uint8Array }
    | { readonly kind: "data"; readonly bytes: Uint8Array }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "tuple"; readonly items: readonly TupleItem[] }
    /** `name`, or `.name` when absolute. */
    | { readonly kind: "name"; readonly name: LocatedText; readonly absolute: boolean }
    | { readonly kind: "import"; readonly path: LocatedText }
    | { readonly kind: "embed"; readonly path: LocatedText }
    | { readonly kind: "member"; readonly parent: Expression; readonly name: LocatedText }
    | { readonly kind: "application"; readonly callee: Expression; readonly items: readonly TupleItem[] }
  );

export type ExpressionOf<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export interface TupleItem {
  readonly name: LocatedText | undefined;
  readonly value: Expression;
}

export interface AnnotationUse {
  readonly name: Expression;
  readonly value: Expression | undefined;
}

export interface Param extends Span {
  readonly name: LocatedText;
  readonly type: Expression;
  readonly defaultValue: Expression | undefined;
  readonly annotations: readonly AnnotationUse[];
}

export type ParamList = Span &
  (
    | { readonly kind: "named"; readonly params: readonly Param[] }
    | { readonly kind: "type"; readonly type: Expression }
    | { readonly kind: "stream" }
  );

export const ANNOTATION_TARGETS = [
  "file",
  "const",
  "enum",
  "enumerant",
  "struct",
  "field",
  "union",
  "group",
  "interface",
  "method",
  "param",
  "annotation",
] as const;

export type AnnotationTarget = (typeof ANNOTATION_TARGETS)[number];

interface DeclarationCommon extends Span {
  /** The empty text for files and unnamed unions. */
  readonly name: LocatedText;
  readonly annotations: readonly AnnotationUse[];
  readonly docComment: string | undefined;
  /** What stands in the block. */
  readonly members: readonly Declaration[];
}

/** Declarations that have an id and become a node of their own. */
interface NodeCommon extends DeclarationCommon {
  /** Undefined when it follows from the parent's id and the name. */
  readonly id: LocatedInteger | undefined;
  readonly parameters: readonly LocatedText[];
}

export type NodeDeclaration = NodeCommon &
  (
    | { readonly kind: "file" }
    | { readonly kind: "const"; readonly type: Expression; readonly value: Expression }
    | { readonly kind: "annotation"; readonly type: Expression; readonly targets: ReadonlySet<AnnotationTarget> }
    | { readonly kind: "enum" }
    | { readonly kind: "struct" }
    | { readonly kind: "interface"; readonly superclasses: readonly Expression[] }
  );

export type MemberDeclaration = DeclarationCommon &
  (
    | { readonly kind: "using"; readonly target: Expression }
    | { readonly kind: "enumerant"; readonly ordinal: LocatedInteger }
    | {
        readonly kind: "field";
        readonly ordinal: LocatedInteger;
        readonly type: Expression;
        readonly defaultValue: Expression | undefined;
      }
    /** The ordinal is there only in schemas older than Cap'n Proto 0.3 (`name @1! :union`). */
    | { readonly kind: "union"; readonly ordinal: LocatedInteger | undefined }
    | { readonly kind: "group" }
    | {
        readonly kind: "method";
        readonly ordinal: LocatedInteger;
        readonly parameters: readonly LocatedText[];
        readonly params: ParamList;
        /** Undefined when nothing is declared, which means an empty list. */
        readonly results: ParamList | undefined;
      }
  );

export type Declaration = NodeDeclaration | MemberDeclaration;

export type DeclarationKind = Declaration["kind"];

export type DeclarationOf<K extends DeclarationKind> = Extract<Declaration, { kind: K }>;

export type NodeKindName = NodeDeclaration["kind"];

/** The expression as a schema would spell it, for messages. */
export function spell(expression: Expression): string {
  switch (expression.kind) {
    case "name":
      return (expression.absolute ? "." : "") + expression.name.text;
    case "import":
      return `import "${expression.path.text}"`;
    case "embed":
      return `embed "${expression.path.text}"`;
    case "member":
      return `${spell(expression.parent)}.${expression.name.text}`;
    case "application":
      return `${spell(expression.callee)}(${expression.items.map((item) => spell(item.value)).join(", ")})`;
    case "integer":
      return `${expression.negative ? "-" : ""}${expression.magnitude}`;
    case "float":
      return String(expression.value);
    default:
      return `<${expression.kind}>`;
  }
}
