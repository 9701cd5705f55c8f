/**
 * The two kinds of table of a connection: ids we allocate (questions, exports, embargoes) and ids the peer chooses
 * (answers, imports). Tables own nothing; whoever removes an entry disposes it, at a safe moment.
 */

/**
 * Entries under ids we allocate, lowest free id first (small ids pack well). `take` removes an entry but keeps its id
 * reserved; `recycle` frees the id, once the peer can no longer mean the old entry by it.
 */
export class OwnedTable<Id extends number, Entry> {
  readonly #slots: (Entry | undefined)[] = [];
  /** Free ids below `#slots.length`, as a binary min-heap. */
  readonly #free: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Finds the lowest free id, has `create` make its entry, and returns that. */
  add<E extends Entry>(create: (id: Id) => E): E {
    const id = this.reserve();
    const entry = create(id);
    this.put(id, entry);
    return entry;
  }

  /** Takes the lowest free id without an entry yet. */
  reserve(): Id {
    const id = this.#free.length > 0 ? popSmallest(this.#free) : this.#slots.push(undefined) - 1;
    return id as Id;
  }

  /** Fills a reserved id. */
  put(id: Id, entry: Entry): void {
    this.#slots[id] = entry;
    this.#size++;
  }

  get(id: Id): Entry | undefined {
    return this.#slots[id];
  }

  /** Removes the entry; the id stays reserved until `recycle`. */
  take(id: Id): Entry | undefined {
    const entry = this.#slots[id];
    if (entry === undefined) return undefined;
    this.#slots[id] = undefined;
    this.#size--;
    return entry;
  }

  recycle(id: Id): void {
    pushHeap(this.#free, id);
  }

  /** Removes the entry and frees its id. */
  remove(id: Id): Entry | undefined {
    const entry = this.take(id);
    if (entry !== undefined) this.recycle(id);
    return entry;
  }

  *values(): IterableIterator<Entry> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  /** Removes everything and returns it. */
  drain(): Entry[] {
    const entries = [...this.values()];
    this.#slots.length = 0;
    this.#free.length = 0;
    this.#size = 0;
    return entries;
  }
}

/** Ids below this have a slot of their own: peers take the lowest free id, so that is nearly all of them. */
const DENSE_IDS = 1024;

/** Entries under ids the peer chooses: any order, every 32-bit value legal. */
export class PeerTable<Id extends number, Entry> {
  readonly #dense: (Entry | undefined)[] = [];
  readonly #sparse = new Map<Id, Entry>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: Id): Entry | undefined {
    return id < DENSE_IDS ? this.#dense[id] : this.#sparse.get(id);
  }

  has(id: Id): boolean {
    return this.get(id) !== undefined;
  }

  put(id: Id, entry: Entry): void {
    if (!this.has(id)) this.#size++;
    if (id >= DENSE_IDS) {
      this.#sparse.set(id, entry);
      return;
    }
    // Without holes, so that the engine keeps the array an array.
    while (this.#dense.length <= id) this.#dense.push(undefined);
    this.#dense[id] = entry;
  }

  remove(id: Id): Entry | undefined {
    const entry = this.get(id);
    if (entry === undefined) return undefined;
    this.#size--;
    if (id < DENSE_IDS) this.#dense[id] = undefined;
    else this.#sparse.delete(id);
    return entry;
  }

  *values(): IterableIterator<Entry> {
    for (const entry of this.#dense) if (entry !== undefined) yield entry;
    yield* this.#sparse.values();
  }

  /** Removes everything and returns it. */
  drain(): Entry[] {
    const entries = [...this.values()];
    this.#dense.length = 0;
    this.#sparse.clear();
    this.#size = 0;
    return entries;
  }
}

function pushHeap(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as number;
    if (above <= value) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = value;
}

function popSmallest(heap: number[]): number {
  const smallest = heap[0] as number;
  const last = heap.pop() as number;
  const size = heap.length;
  if (size === 0) return smallest;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child++;
    const below = heap[child] as number;
    if (below >= last) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return smallest;
}
