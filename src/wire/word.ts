/** Units and bounds of the encoding. Offsets and sizes are bytes everywhere in wire/ unless a name says words or bits. */

export const BYTES_PER_WORD = 8;

/** Pointer kinds: the low two bits of a pointer. */
export const STRUCT = 0;
export const LIST = 1;
export const FAR = 2;
export const OTHER = 3;

/** List element sizes: the low three bits of a list pointer's upper half. */
export const VOID_ELEMENTS = 0;
export const BIT_ELEMENTS = 1;
export const BYTE_ELEMENTS = 2;
export const TWO_BYTE_ELEMENTS = 3;
export const FOUR_BYTE_ELEMENTS = 4;
export const EIGHT_BYTE_ELEMENTS = 5;
export const POINTER_ELEMENTS = 6;
export const COMPOSITE_ELEMENTS = 7;

/** Bits of one element by element size; composite lists carry theirs in the tag. */
export const ELEMENT_BITS: readonly number[] = [0, 1, 8, 16, 32, 64, 64, 0];

/** A list pointer counts elements (or words, for composite lists) in 29 bits. */
export const MAX_LIST_LENGTH = 0x1fff_ffff;
/** A struct pointer counts data words and pointers in 16 bits each. */
export const MAX_STRUCT_SECTION = 0xffff;
/** Offsets within a segment are 29 bits of words (far pointers). */
export const MAX_SEGMENT_BYTES = 0x1fff_ffff * BYTES_PER_WORD;

/** Nesting limit of readers over trusted bytes (our own builders, defaults in generated code). A small integer, so that fields stay cheap. */
export const UNLIMITED_NESTING = 0x3fff_ffff;

/** `bytes` rounded up to whole words. Exact beyond 32 bits. */
export function roundUpToWord(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_WORD) * BYTES_PER_WORD;
}
