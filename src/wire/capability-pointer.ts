/** Capability pointers (encoding spec, "Capabilities (Interfaces)"): an index into the message's cap table. */

import type { CapabilityReference } from "./cap-table.js";
import { clearPointer } from "./layout.js";
import { resolve, wrongKind } from "./pointer.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { FAR, OTHER } from "./word.js";

/** The cap table index in the pointer at `at`; -1 for a null pointer. Throws WireError for any other pointer. */
export function readCapabilityIndex(segment: ReaderSegment, at: number): number {
  let low = segment.view.getInt32(at, true);
  let high = segment.view.getUint32(at + 4, true);
  if (low === OTHER) return high;
  if (low === 0 && high === 0) return -1;
  if ((low & 3) === FAR) {
    const target = resolve(segment, at);
    low = target.low;
    high = target.high;
    if (low === OTHER) return high;
  }
  throw wrongKind(segment, at, low, "capability");
}

/** Borrowed: the capability the pointer at `at` refers to in its message's table; null for a null pointer or an empty slot. Throws WireError for any other pointer. */
export function readCapability(segment: ReaderSegment, at: number): CapabilityReference | null {
  const index = readCapabilityIndex(segment, at);
  return index < 0 ? null : (segment.message.capTable?.capability(index) ?? null);
}

/** Borrowed: the capability a builder's pointer refers to; null for any pointer that is no capability. */
export function builtCapability(segment: BuilderSegment, at: number): CapabilityReference | null {
  if (segment.view.getInt32(at, true) !== OTHER) return null;
  return segment.message.capTable.capability(segment.view.getUint32(at + 4, true));
}

/** Replaces what the pointer at `at` holds by `reference`, which it takes; null writes a null pointer. */
export function writeCapability(segment: BuilderSegment, at: number, reference: CapabilityReference | null): void {
  clearPointer(segment, at);
  if (!reference) return;
  const slot = segment.message.capTable.add(reference);
  segment.view.setUint32(at, OTHER, true);
  segment.view.setUint32(at + 4, slot, true);
}
