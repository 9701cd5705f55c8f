/**
 * Paths into results: where a promised capability lies once the results are here (rpc.capnp PromisedAnswer.transform), and
 * the pipeline that answers from results. Walks pointers without a schema and without charging more than the pads it crosses.
 */

import type { AnyPointerReader } from "../wire/any-pointer.js";
import { readCapabilityIndex } from "../wire/capability-pointer.js";
import { isNull, outOfBounds, pointerKind, resolve, wrongKind } from "../wire/pointer.js";
import type { ReaderSegment } from "../wire/segment.js";
import { OTHER, STRUCT } from "../wire/word.js";
import { BrokenHook, nullCapability } from "./broken.js";
import type { CallResults, CapabilityHook, PipelineHook, PipelinePath } from "./hook.js";
import { RpcError } from "./rpc-error.js";

/** Where a pointer word lies. */
export interface PointerPlace {
  readonly segment: ReaderSegment;
  readonly at: number;
}

/** The pointer at `path` below `content`; null if a pointer on the way is null or its struct too short. Throws WireError if one is no struct. */
export function locatePointer(content: AnyPointerReader, path: PipelinePath): PointerPlace | null {
  let { segment, at } = content;
  for (const index of path) {
    const struct = pointersOf(segment, at);
    if (!struct || index >= struct.count) return null;
    segment = struct.segment;
    at = struct.at + index * 8;
  }
  return { segment, at };
}

/** The cap table slot named at `path` below `content`; -1 for a null pointer there or on the way. Throws WireError for anything else but a capability. */
export function locateCapability(content: AnyPointerReader, path: PipelinePath): number {
  const place = locatePointer(content, path);
  return place ? readCapabilityIndex(place.segment, place.at) : -1;
}

/** Owned: the capability at `path` of `results`; the null capability for a null pointer, a broken one for anything else. */
export function resolvePath(results: CallResults, path: PipelinePath): CapabilityHook {
  let index: number;
  try {
    index = locateCapability(results.content, path);
  } catch (thrown) {
    return new BrokenHook(RpcError.from(thrown));
  }
  if (index < 0) return nullCapability();
  return results.capability(index)?.addRef() ?? nullCapability();
}

/** Every capability that a path of struct fields reaches from `content`. For messages we built: a foreign one could name a struct twice. */
export function capabilityPaths(content: AnyPointerReader): { path: PipelinePath; index: number }[] {
  const found: { path: PipelinePath; index: number }[] = [];
  collect(content.segment, content.at, [], found);
  return found;
}

function collect(
  segment: ReaderSegment,
  at: number,
  path: PipelinePath,
  found: { path: PipelinePath; index: number }[],
): void {
  switch (pointerKind(segment, at)) {
    case "capability":
      found.push({ path, index: readCapabilityIndex(segment, at) });
      return;
    case "struct": {
      const struct = pointersOf(segment, at);
      if (!struct) return;
      for (let index = 0; index < struct.count; index++)
        collect(struct.segment, struct.at + index * 8, [...path, index], found);
      return;
    }
    default:
      return;
  }
}

/** The pointer section of the struct that the pointer at `at` names; null for a null pointer. */
function pointersOf(segment: ReaderSegment, at: number): { segment: ReaderSegment; at: number; count: number } | null {
  if (isNull(segment.view, at)) return null;
  if ((segment.view.getInt32(at, true) & 3) === OTHER)
    throw wrongKind(segment, at, segment.view.getInt32(at, true), "struct");
  const target = resolve(segment, at);
  if ((target.low & 3) !== STRUCT) throw wrongKind(segment, at, target.low, "struct");
  const dataBytes = (target.high & 0xffff) * 8;
  const count = target.high >>> 16;
  const end = target.content + dataBytes + count * 8;
  if (target.content < target.segment.start || end > target.segment.end) throw outOfBounds(segment, at);
  return { segment: target.segment, at: target.content + dataBytes, count };
}

/** The pipeline of a call whose results are known. Keeps the capabilities it may be asked for. */
export class ResultsPipeline implements PipelineHook {
  readonly #results: KeptResults;
  #references = 1;

  /** `results` stay their owner's; their content must stay readable as long as the pipeline is referenced. */
  constructor(results: CallResults) {
    this.#results = new KeptResults(results);
  }

  capability(path: PipelinePath): CapabilityHook {
    return resolvePath(this.#results, path);
  }

  addRef(): PipelineHook {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references === 0) this.#results.release();
  }
}

/** Results whose capabilities are held beside their owner's. */
export class KeptResults implements CallResults {
  readonly content: AnyPointerReader;
  readonly #hooks: (CapabilityHook | null)[] = [];

  constructor(results: CallResults) {
    this.content = results.content;
    for (let index = 0; index < results.size; index++) this.#hooks.push(results.capability(index)?.addRef() ?? null);
  }

  get size(): number {
    return this.#hooks.length;
  }

  capability(index: number): CapabilityHook | null {
    return this.#hooks[index] ?? null;
  }

  take(index: number): CapabilityHook | null {
    const hook = this.capability(index);
    if (hook) this.#hooks[index] = null;
    return hook;
  }

  release(): void {
    for (const hook of this.#hooks.splice(0)) hook?.release();
  }
}
