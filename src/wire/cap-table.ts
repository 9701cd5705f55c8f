/**
 * What a message needs to know of capabilities: slots numbered from 0 that capability pointers refer to (encoding spec,
 * "Capabilities (Interfaces)"), and how to take and give back a reference when pointers are copied or overwritten.
 * What a capability *is* belongs to cap/.
 */

/** A counted reference to a capability. cap/hook.ts is the one implementation. */
export interface CapabilityReference {
  /** Takes one more reference. */
  addRef(): CapabilityReference;
  /** Gives back one reference. */
  release(): void;
}

/** The capabilities of a message being read. */
export interface CapTableReader {
  /** Borrowed: the capability in slot `index`; null if the slot is null or does not exist. */
  capability(index: number): CapabilityReference | null;
}

/** The capabilities of a message being built; owns one reference per filled slot. */
export class CapTableBuilder implements CapTableReader {
  readonly slots: (CapabilityReference | null)[] = [];

  capability(index: number): CapabilityReference | null {
    return this.slots[index] ?? null;
  }

  /** Takes `reference`; returns its slot. The same capability added twice has two slots, as in C++. */
  add(reference: CapabilityReference): number {
    return this.slots.push(reference) - 1;
  }

  /** Gives back what slot `index` holds: its pointer was overwritten or dropped. */
  drop(index: number): void {
    const slot = this.slots[index];
    if (!slot) return;
    this.slots[index] = null;
    slot.release();
  }

  /** Gives back everything. */
  release(): void {
    for (let index = 0; index < this.slots.length; index++) this.drop(index);
  }
}
