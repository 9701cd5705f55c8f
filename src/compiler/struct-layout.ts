/**
 * Where a struct's fields go. The rules are part of the wire format: two compilers must put every field of every schema at the
 * same place, and adding a field with the next ordinal must not move those before it. So fields are placed one by one in the
 * order of their ordinals, each for good, and what follows is exact down to the order in which gaps are tried.
 *
 * Sizes are powers of two given by their logarithm in bits (`lgSize` 0 is a bit, 6 a word); an offset counts in units of the
 * size it goes with. Void occupies nothing but counts as a member.
 */

/** Something fields can be put into: the struct itself, or one alternative of a union. */
export interface FieldScope {
  addVoid(): void;
  /** Returns the offset. */
  addData(lgSize: number): number;
  /** Returns the index in the pointer section. */
  addPointer(): number;
  /** Doubles space that was given out, `doublings` times, if what follows it is free. */
  tryExpand(lgSize: number, offset: number, doublings: number): boolean;
}

const LG_WORD = 6;
const LG_DISCRIMINANT = 4;

/**
 * The unused parts of the space taken so far. There is never more than one gap of each size below a word, and none at offset 0,
 * which the first field takes; hence an array indexed by `lgSize` in which 0 means "no gap".
 */
class Gaps {
  readonly #offsets = [0, 0, 0, 0, 0, 0];

  /** Takes space from the smallest gap that is large enough; what is left of it becomes smaller gaps. */
  tryTake(lgSize: number): number | undefined {
    if (lgSize >= LG_WORD) return undefined;
    const offset = this.#at(lgSize);
    if (offset !== 0) {
      this.#offsets[lgSize] = 0;
      return offset;
    }
    const double = this.tryTake(lgSize + 1);
    if (double === undefined) return undefined;
    this.#offsets[lgSize] = double * 2 + 1;
    return double * 2;
  }

  /** Space of `lgSize` just before `offset` was taken from the start of a block of `lgBlock`; the rest of the block is gaps. */
  addRest(lgSize: number, offset: number, lgBlock: number): void {
    let next = offset;
    for (let size = lgSize; size < lgBlock; size++) {
      this.#offsets[size] = next;
      next = (next + 1) / 2;
    }
  }

  tryExpand(lgSize: number, offset: number, doublings: number): boolean {
    if (doublings === 0) return true;
    if (lgSize >= LG_WORD || this.#at(lgSize) !== offset + 1) return false;
    if (!this.tryExpand(lgSize + 1, offset >> 1, doublings - 1)) return false;
    this.#offsets[lgSize] = 0;
    return true;
  }

  /** The size of the smallest gap that holds `lgSize`. */
  smallest(lgSize: number): number | undefined {
    for (let size = lgSize; size < LG_WORD; size++) if (this.#at(size) !== 0) return size;
    return undefined;
  }

  #at(lgSize: number): number {
    return this.#offsets[lgSize] as number;
  }
}

/** The struct itself. Groups outside of unions are laid out as if their fields were the struct's own. */
export class StructLayout implements FieldScope {
  dataWords = 0;
  pointerCount = 0;
  readonly #gaps = new Gaps();

  addVoid(): void {}

  addData(lgSize: number): number {
    const gap = this.#gaps.tryTake(lgSize);
    if (gap !== undefined) return gap;
    const offset = this.dataWords++ * 2 ** (LG_WORD - lgSize);
    this.#gaps.addRest(lgSize, offset + 1, LG_WORD);
    return offset;
  }

  addPointer(): number {
    return this.pointerCount++;
  }

  tryExpand(lgSize: number, offset: number, doublings: number): boolean {
    return this.#gaps.tryExpand(lgSize, offset, doublings);
  }
}

/** Space that the alternatives of a union share. */
interface Location {
  lgSize: number;
  offset: number;
}

/** A union: the places its alternatives share, and its tag. */
export class UnionLayout {
  readonly parent: FieldScope;
  readonly locations: Location[] = [];
  readonly pointers: number[] = [];
  /** In units of 16 bits; undefined until it has a place. */
  discriminantOffset: number | undefined;
  #alternatives = 0;

  constructor(parent: FieldScope) {
    this.parent = parent;
  }

  /** The tag gets its place when the second alternative gets its first member. */
  alternativeStarted(): void {
    this.#alternatives++;
    if (this.#alternatives === 2) this.addDiscriminant();
  }

  /** Gives the tag its place; false if it has one. */
  addDiscriminant(): boolean {
    if (this.discriminantOffset !== undefined) return false;
    this.discriminantOffset = this.parent.addData(LG_DISCRIMINANT);
    return true;
  }

  addLocation(lgSize: number): number {
    const offset = this.parent.addData(lgSize);
    this.locations.push({ lgSize, offset });
    return offset;
  }

  addPointerLocation(): number {
    const index = this.parent.addPointer();
    this.pointers.push(index);
    return index;
  }

  tryExpand(location: Location, lgSize: number): boolean {
    const doublings = lgSize - location.lgSize;
    if (doublings <= 0) return true;
    if (!this.parent.tryExpand(location.lgSize, location.offset, doublings)) return false;
    location.offset >>= doublings;
    location.lgSize = lgSize;
    return true;
  }
}

/** How much of one of the union's locations an alternative uses: a block at its start, with gaps in it. */
class LocationUse {
  readonly #gaps = new Gaps();
  readonly #union: UnionLayout;
  readonly #location: Location;
  /** Size of the used block; undefined while nothing is used. */
  #lgUsed: number | undefined;

  constructor(union: UnionLayout, location: Location, lgUsed?: number) {
    this.#union = union;
    this.#location = location;
    this.#lgUsed = lgUsed;
  }

  /** The size of the space that a field of `lgSize` would be taken from, if the location has room as it is. */
  fit(lgSize: number): number | undefined {
    const room = this.#location.lgSize;
    const used = this.#lgUsed;
    if (used === undefined) return lgSize <= room ? room : undefined;
    if (lgSize >= used) return lgSize < room ? lgSize : undefined;
    return this.#gaps.smallest(lgSize) ?? (used < room ? used : undefined);
  }

  /** Takes the space that `fit` found. */
  take(lgSize: number): number {
    return this.#absolute(lgSize, this.#takeLocal(lgSize));
  }

  /** Takes space by making the location itself larger. */
  tryTakeExpanding(lgSize: number): number | undefined {
    const used = this.#lgUsed;
    if (used === undefined) {
      if (!this.#union.tryExpand(this.#location, lgSize)) return undefined;
      this.#lgUsed = lgSize;
      return this.#absolute(lgSize, 0);
    }
    const larger = Math.max(used, lgSize) + 1;
    if (larger > this.#location.lgSize && !this.#union.tryExpand(this.#location, larger)) return undefined;
    this.#gaps.addRest(used, 1, larger);
    this.#lgUsed = larger;
    const local = this.#gaps.tryTake(lgSize);
    return local === undefined ? undefined : this.#absolute(lgSize, local);
  }

  /** Whether the space at `offset` (of the struct) lies in this location. */
  covers(lgSize: number, offset: number): boolean {
    const { lgSize: room, offset: start } = this.#location;
    return room >= lgSize && offset >> (room - lgSize) === start;
  }

  tryExpand(lgSize: number, offset: number, doublings: number): boolean {
    const local = offset - this.#location.offset * 2 ** (this.#location.lgSize - lgSize);
    if (local !== 0 || this.#lgUsed !== lgSize) return this.#gaps.tryExpand(lgSize, local, doublings);
    // It is all there is in the location, so the location itself can grow.
    const larger = lgSize + doublings;
    if (larger > this.#location.lgSize && !this.#union.tryExpand(this.#location, larger)) return false;
    this.#lgUsed = larger;
    return true;
  }

  #takeLocal(lgSize: number): number {
    const used = this.#lgUsed;
    if (used === undefined) {
      this.#lgUsed = lgSize;
      return 0;
    }
    if (lgSize >= used) {
      // The second half of a block twice as large as the field.
      this.#gaps.addRest(used, 1, lgSize);
      this.#lgUsed = lgSize + 1;
      return 1;
    }
    const gap = this.#gaps.tryTake(lgSize);
    if (gap !== undefined) return gap;
    const offset = 2 ** (used - lgSize);
    this.#gaps.addRest(lgSize, offset + 1, used);
    this.#lgUsed = used + 1;
    return offset;
  }

  #absolute(lgSize: number, local: number): number {
    return this.#location.offset * 2 ** (this.#location.lgSize - lgSize) + local;
  }
}

/** One alternative of a union: a group, or a single field taken as a group of one. */
export class AlternativeLayout implements FieldScope {
  readonly #union: UnionLayout;
  readonly #uses: LocationUse[] = [];
  #pointersUsed = 0;
  #started = false;

  constructor(union: UnionLayout) {
    this.#union = union;
  }

  addVoid(): void {
    this.#start();
    // An enclosing union counts this as a member of its own alternative.
    this.#union.parent.addVoid();
  }

  addData(lgSize: number): number {
    this.#start();
    return this.#tryExisting(lgSize) ?? this.#tryExpanding(lgSize) ?? this.#addNew(lgSize);
  }

  addPointer(): number {
    this.#start();
    return this.#union.pointers[this.#pointersUsed++] ?? this.#union.addPointerLocation();
  }

  tryExpand(lgSize: number, offset: number, doublings: number): boolean {
    if (lgSize + doublings > LG_WORD || offset % 2 ** doublings !== 0) return false;
    const use = this.#uses.find((candidate) => candidate.covers(lgSize, offset));
    return use?.tryExpand(lgSize, offset, doublings) ?? false;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#union.alternativeStarted();
  }

  /** The tightest space in the locations there are. */
  #tryExisting(lgSize: number): number | undefined {
    let best: LocationUse | undefined;
    let bestSize = Infinity;
    this.#union.locations.forEach((location, index) => {
      this.#uses[index] ??= new LocationUse(this.#union, location);
      const size = this.#uses[index].fit(lgSize);
      if (size !== undefined && size < bestSize) {
        bestSize = size;
        best = this.#uses[index];
      }
    });
    return best?.take(lgSize);
  }

  #tryExpanding(lgSize: number): number | undefined {
    for (const use of this.#uses) {
      const offset = use.tryTakeExpanding(lgSize);
      if (offset !== undefined) return offset;
    }
    return undefined;
  }

  #addNew(lgSize: number): number {
    const offset = this.#union.addLocation(lgSize);
    const location = this.#union.locations[this.#union.locations.length - 1] as Location;
    this.#uses.push(new LocationUse(this.#union, location, lgSize));
    return offset;
  }
}
