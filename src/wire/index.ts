/** wire: bytes ⇄ structures. Schema-free, no I/O; everything above stands on these names. */

export { AnyPointerBuilder, AnyPointerReader } from "./any-pointer.js";
export { AnyPointer } from "./any-pointer-type.js";
export type { SegmentAllocator, SegmentSpace } from "./arena.js";
export { canonicalize } from "./canonical.js";
export { type CapabilityReference, CapTableBuilder, type CapTableReader } from "./cap-table.js";
export {
  builtCapability,
  readCapability,
  readCapabilityIndex,
  writeCapability,
} from "./capability-pointer.js";
export { Data } from "./data.js";
export { emptyStruct, nullPointer } from "./empty.js";
export { type EnumType, enumOrdinal } from "./enum-type.js";
export { type Equality, equals } from "./equals.js";
export { WireError, type WireErrorCode } from "./errors.js";
export { type AttachedFds, MAX_FDS_PER_MESSAGE, type OwnedFd, ReceivedFds } from "./fds.js";
export { decodeFrame, encodeFrame, FrameDecoder, type FrameOptions, frameHeader, frameLengthIn } from "./framing.js";
export { isCanonical } from "./is-canonical.js";
export {
  DEFAULT_NESTING_LIMIT,
  DEFAULT_TRAVERSAL_LIMIT_IN_WORDS,
  type ReaderOptions,
} from "./limits.js";
export { type ListType, listOf } from "./list-of.js";
export { ListBuilder, type ListInit, ListReader } from "./list-reader.js";
export { type BuilderOptions, MessageBuilder, MessageReader } from "./message.js";
export {
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  type NumberArray,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
} from "./number-list.js";
export { Orphan } from "./orphan.js";
export { concatLists, externalData, ListCollector, resizeOrphan } from "./orphan-lists.js";
export { decodePackedFrame, encodePackedFrame, pack, packSegments, unpack, unpackedWords } from "./packed.js";
export { PackedFrameDecoder } from "./packed-decoder.js";
export type { PointerKind } from "./pointer.js";
export { PointerListBuilder } from "./pointer-list.js";
export type {
  AnyPointerType,
  BuilderOf,
  InitOf,
  PointerType,
  PointerTypeKind,
  ReaderOf,
  StructBuilderClass,
  StructReaderClass,
  StructType,
} from "./pointer-type.js";
export { BuilderSegment, ReaderSegment } from "./segment.js";
export { MessageSlab, type OutgoingFrame, type SlabOptions } from "./slab.js";
export { BoolList, enumList, type ValueListType, VoidList } from "./small-list.js";
export { StructBuilder } from "./struct-builder.js";
export { StructListBuilder } from "./struct-list.js";
export { inactiveMember, StructReader } from "./struct-reader.js";
export { AnyStruct, type StructLayout, structType } from "./struct-type.js";
export { Text } from "./text.js";
export { type TotalSize, totalSize } from "./total-size.js";
