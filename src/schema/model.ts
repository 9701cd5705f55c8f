/**
 * The schema language's own data, as plain values: the shapes that `/capnp/schema.capnp` describes, one to one and in its
 * words. The compiler produces them, the code generator consumes them, and `CodeGeneratorRequest` is their wire form.
 *
 * Conventions (those of generated plain objects): a union is discriminated by `which`, and the member it names holds the value;
 * `Void` is null; 64-bit integers are `bigint`; a pointer whose type the schema does not know is an `AnyPointerReader`. Absent
 * lists are empty lists. A brand without scopes stands for the null brand.
 */

import type { AnyPointerReader } from "../wire/any-pointer.js";

/** Everything a code generator is told about one run of the compiler. */
export interface CodeGeneratorRequest {
  capnpVersion: CapnpVersion;
  /** Every node the requested files define or reach, each once. */
  nodes: Node[];
  sourceInfo: SourceInfo[];
  requestedFiles: RequestedFile[];
}

export interface CapnpVersion {
  major: number;
  minor: number;
  micro: number;
}

/** A file named on the command line (or in `CompileOptions.files`). */
export interface RequestedFile {
  id: bigint;
  filename: string;
  imports: Import[];
  fileSourceInfo: FileSourceInfo;
}

/** A file that a requested file uses. */
export interface Import {
  id: bigint;
  /** The text of the `import` expression, not a resolved path. */
  name: string;
}

export interface FileSourceInfo {
  identifiers: Identifier[];
}

/** What a piece of source text refers to; byte offsets into the UTF-8 text, end exclusive. */
export type Identifier = { startByte: number; endByte: number } & (
  | { which: "typeId"; typeId: bigint }
  | { which: "member"; member: { parentTypeId: bigint; ordinal: number } }
);

/** One declaration that has an id. */
export type Node = NodeCommon & NodeKind;

export type NodeOf<K extends NodeKind["which"]> = NodeCommon & Extract<NodeKind, { which: K }>;

export interface NodeCommon {
  id: bigint;
  /** `file.capnp:Outer.Inner`; the part before `displayNamePrefixLength` (in UTF-8 bytes) is the scope. */
  displayName: string;
  displayNamePrefixLength: number;
  /** Id of the enclosing declaration; zero for files and for the structs of method parameter lists. */
  scopeId: bigint;
  parameters: Parameter[];
  /** This node or one it is nested in has type parameters. */
  isGeneric: boolean;
  nestedNodes: NestedNode[];
  annotations: Annotation[];
  startByte: number;
  endByte: number;
}

export type NodeKind =
  | { which: "file"; file: null }
  | { which: "struct"; struct: StructNode }
  | { which: "enum"; enum: EnumNode }
  | { which: "interface"; interface: InterfaceNode }
  | { which: "const"; const: ConstNode }
  | { which: "annotation"; annotation: AnnotationNode };

export interface StructNode {
  dataWordCount: number;
  pointerCount: number;
  preferredListEncoding: ElementSize;
  isGroup: boolean;
  /** Members of the unnamed union, 0 or at least 2. */
  discriminantCount: number;
  /** Position of the discriminant in units of 16 bits. */
  discriminantOffset: number;
  fields: Field[];
}

export interface EnumNode {
  enumerants: Enumerant[];
}

export interface InterfaceNode {
  methods: Method[];
  superclasses: Superclass[];
}

export interface ConstNode {
  type: Type;
  value: Value;
}

export interface AnnotationNode {
  type: Type;
  targetsFile: boolean;
  targetsConst: boolean;
  targetsEnum: boolean;
  targetsEnumerant: boolean;
  targetsStruct: boolean;
  targetsField: boolean;
  targetsUnion: boolean;
  targetsGroup: boolean;
  targetsInterface: boolean;
  targetsMethod: boolean;
  targetsParam: boolean;
  targetsAnnotation: boolean;
}

export interface Parameter {
  name: string;
}

export interface NestedNode {
  name: string;
  id: bigint;
}

/** `Field.discriminantValue` of a field that is in no union. */
export const NO_DISCRIMINANT = 0xffff;

export type Field = FieldCommon & FieldKind;

export interface FieldCommon {
  name: string;
  /** Position in the source among the members of its parent. */
  codeOrder: number;
  annotations: Annotation[];
  discriminantValue: number;
  ordinal: { which: "implicit"; implicit: null } | { which: "explicit"; explicit: number };
}

export type FieldKind = { which: "slot"; slot: Slot } | { which: "group"; group: { typeId: bigint } };

export interface Slot {
  /** In units of the field's own size (bits for Bool, pointers in the pointer section). */
  offset: number;
  type: Type;
  defaultValue: Value;
  hadExplicitDefault: boolean;
}

export interface Enumerant {
  name: string;
  codeOrder: number;
  annotations: Annotation[];
}

export interface Superclass {
  id: bigint;
  brand: Brand;
}

export interface Method {
  name: string;
  codeOrder: number;
  implicitParameters: Parameter[];
  paramStructType: bigint;
  paramBrand: Brand;
  resultStructType: bigint;
  resultBrand: Brand;
  annotations: Annotation[];
}

/** The types whose `Type` and zero `Value` carry nothing but their name. */
export type PrimitiveTypeName =
  | "void"
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "text"
  | "data";

export type Type =
  | { which: "void"; void: null }
  | { which: "bool"; bool: null }
  | { which: "int8"; int8: null }
  | { which: "int16"; int16: null }
  | { which: "int32"; int32: null }
  | { which: "int64"; int64: null }
  | { which: "uint8"; uint8: null }
  | { which: "uint16"; uint16: null }
  | { which: "uint32"; uint32: null }
  | { which: "uint64"; uint64: null }
  | { which: "float32"; float32: null }
  | { which: "float64"; float64: null }
  | { which: "text"; text: null }
  | { which: "data"; data: null }
  | { which: "list"; list: { elementType: Type } }
  | { which: "enum"; enum: NamedType }
  | { which: "struct"; struct: NamedType }
  | { which: "interface"; interface: NamedType }
  | { which: "anyPointer"; anyPointer: AnyPointerType };

export interface NamedType {
  typeId: bigint;
  brand: Brand;
}

export type AnyPointerType =
  | { which: "unconstrained"; unconstrained: UnconstrainedPointer }
  | { which: "parameter"; parameter: { scopeId: bigint; parameterIndex: number } }
  | { which: "implicitMethodParameter"; implicitMethodParameter: { parameterIndex: number } };

export type UnconstrainedPointer =
  | { which: "anyKind"; anyKind: null }
  | { which: "struct"; struct: null }
  | { which: "list"; list: null }
  | { which: "capability"; capability: null };

/** What the type parameters of a type and of its enclosing scopes are bound to. Scopes not mentioned are unbound. */
export interface Brand {
  scopes: BrandScope[];
}

export type BrandScope = { scopeId: bigint } & (
  | { which: "bind"; bind: Binding[] }
  /** Bound to the same-named parameters of the place where the type is mentioned. */
  | { which: "inherit"; inherit: null }
);

export type Binding = { which: "unbound"; unbound: null } | { which: "type"; type: Type };

export type Value =
  | { which: "void"; void: null }
  | { which: "bool"; bool: boolean }
  | { which: "int8"; int8: number }
  | { which: "int16"; int16: number }
  | { which: "int32"; int32: number }
  | { which: "int64"; int64: bigint }
  | { which: "uint8"; uint8: number }
  | { which: "uint16"; uint16: number }
  | { which: "uint32"; uint32: number }
  | { which: "uint64"; uint64: bigint }
  | { which: "float32"; float32: number }
  | { which: "float64"; float64: number }
  | { which: "text"; text: string }
  | { which: "data"; data: Uint8Array }
  /** Null when the list is the type's own default (empty). */
  | { which: "list"; list: AnyPointerReader | null }
  | { which: "enum"; enum: number }
  | { which: "struct"; struct: AnyPointerReader | null }
  | { which: "interface"; interface: null }
  | { which: "anyPointer"; anyPointer: AnyPointerReader | null };

export interface Annotation {
  id: bigint;
  brand: Brand;
  value: Value;
}

export type ElementSize =
  | "empty"
  | "bit"
  | "byte"
  | "twoBytes"
  | "fourBytes"
  | "eightBytes"
  | "pointer"
  | "inlineComposite";

/** Comments and positions of one node; not part of the schema's meaning. */
export interface SourceInfo {
  id: bigint;
  docComment: string;
  /** In the order of the node's fields, enumerants or methods. */
  members: SourceInfoMember[];
  startByte: number;
  endByte: number;
}

export interface SourceInfoMember {
  docComment: string;
  startByte: number;
  endByte: number;
}
