/**
 * Random work on a message, done on plain objects beside it: whatever is set, copied, moved, grown and cleared, in segments
 * of whatever size, the message holds what the objects hold, every word of it is accounted for, and no capability is lost.
 */

import {
  AnyStruct,
  type CapabilityReference,
  decodeFrame,
  equals,
  listOf,
  MessageBuilder,
  type Orphan,
  type SegmentAllocator,
  StructBuilder,
  StructReader,
  structType,
  Text,
} from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShiftedAllocator, SmallAllocator, TightAllocator } from "./allocators.js";

/** A tree: struct Node { number :UInt32; text :Text; left :Node; right :Node; list :List(Node); cap :AnyPointer } */
interface Model {
  number: number;
  text: string;
  left: Model | null;
  right: Model | null;
  list: Model[] | null;
  capability: Counted | null;
}

class Counted implements CapabilityReference {
  readonly name: string;
  references = 0;

  constructor(name: string) {
    this.name = name;
  }
  addRef(): Counted {
    this.references++;
    return this;
  }
  release(): void {
    this.references--;
  }
}

function nodeType(dataWords: number, pointerCount: number) {
  return structType<StructReader, StructBuilder, StructReader | StructBuilder>({
    id: 1n,
    name: "Node",
    dataWords,
    pointerCount,
    Reader: StructReader,
    Builder: StructBuilder,
  });
}
const Node = nodeType(1, 5);
const NodeList = listOf(Node);
/** A later version of the schema. */
const LargerNode = nodeType(3, 7);
const LargerList = listOf(LargerNode);
const [TEXT, LEFT, RIGHT, LIST, CAPABILITY] = [0, 1, 2, 3, 4] as const;

const emptyModel = (): Model => ({ number: 0, text: "", left: null, right: null, list: null, capability: null });

function copyOf(model: Model): Model {
  return {
    ...model,
    left: model.left && copyOf(model.left),
    right: model.right && copyOf(model.right),
    list: model.list?.map(copyOf) ?? null,
  };
}

/** How often `capability` occurs in the model. */
function occurrences(model: Model | null, capability: Counted): number {
  if (!model) return 0;
  let sum = model.capability === capability ? 1 : 0;
  for (const child of [model.left, model.right, ...(model.list ?? [])]) sum += occurrences(child, capability);
  return sum;
}

/** What a reader says, in the model's form. */
function toModel(node: StructReader): Model {
  const child = (index: number) => (node.$has(index) ? toModel(node.$read(index, Node)) : null);
  return {
    number: node.$uint32(0),
    text: node.$text(TEXT),
    left: child(LEFT),
    right: child(RIGHT),
    list: node.$has(LIST) ? node.$read(LIST, NodeList).map(toModel) : null,
    capability: node.$pointer(CAPABILITY).capability as Counted | null,
  };
}

/** Message and model side by side. */
class Both {
  readonly message: MessageBuilder;
  readonly model = emptyModel();
  readonly capabilities = ["one", "two", "three"].map((name) => new Counted(name));
  #orphan: { orphan: Orphan; model: Model | null } | null = null;

  constructor(allocator: SegmentAllocator) {
    this.message = new MessageBuilder({ allocator });
    this.message.initRoot(Node);
  }

  /** The node that `path` leads to, as far as it does. */
  find(path: readonly number[]): { node: StructBuilder; model: Model } {
    let node = this.message.getRoot(Node);
    let { model } = this as { model: Model };
    for (const step of path) {
      if (step === 0 && model.left) {
        node = node.$get(LEFT, Node);
        model = model.left;
      } else if (step === 1 && model.right) {
        node = node.$get(RIGHT, Node);
        model = model.right;
      } else if (step >= 2 && model.list?.length) {
        node = node.$get(LIST, NodeList).at(step % model.list.length);
        model = model.list[step % model.list.length]!;
      }
    }
    return { node, model };
  }

  /** What the orphan holds. */
  get orphaned(): Model | null {
    return this.#orphan?.model ?? null;
  }

  discardOrphan(): void {
    this.#orphan?.orphan.discard();
    this.#orphan = null;
  }

  disownLeft({ node, model }: { node: StructBuilder; model: Model }): void {
    this.discardOrphan();
    this.#orphan = { orphan: node.$disown(LEFT), model: model.left };
    model.left = null;
  }

  adoptRight({ node, model }: { node: StructBuilder; model: Model }): void {
    if (!this.#orphan) return;
    node.$adopt(RIGHT, this.#orphan.orphan);
    model.right = this.#orphan.model;
    this.#orphan = null;
  }
}

type Step = (both: Both) => void;
const path = fc.array(fc.nat(4), { maxLength: 4 });

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(path, fc.nat(0xffffffff)).map(([at, number]) => (both: Both) => {
    const { node, model } = both.find(at);
    node.$setUint32(0, number);
    model.number = number;
  }),
  fc.tuple(path, fc.string({ maxLength: 40 })).map(([at, text]) => (both: Both) => {
    const { node, model } = both.find(at);
    node.$setText(TEXT, text);
    model.text = text;
  }),
  fc.tuple(path, fc.boolean()).map(([at, isLeft]) => (both: Both) => {
    const { node, model } = both.find(at);
    node.$init(isLeft ? LEFT : RIGHT, Node);
    const side = isLeft ? "left" : "right";
    model[side] = emptyModel();
  }),
  fc.tuple(path, fc.nat(3)).map(([at, count]) => (both: Both) => {
    const { node, model } = both.find(at);
    node.$init(LIST, NodeList, count);
    model.list = Array.from({ length: count }, emptyModel);
  }),
  fc.tuple(path, fc.nat(2)).map(([at, which]) => (both: Both) => {
    const { node, model } = both.find(at);
    const capability = both.capabilities[which]!;
    node.$pointer(CAPABILITY).setCapability(capability.addRef());
    model.capability = capability;
  }),
  fc.tuple(path, fc.nat(4)).map(([at, index]) => (both: Both) => {
    const { node, model } = both.find(at);
    node.$clear(index);
    if (index === TEXT) model.text = "";
    else if (index === CAPABILITY) {
      model.capability = null;
    } else if (index === LIST) {
      model.list = null;
    } else {
      const side = index === LEFT ? "left" : "right";
      model[side] = null;
    }
  }),
  // Copies of any part over any other, the parts inside each other or not.
  fc.tuple(path, path).map(([from, to]) => (both: Both) => {
    const source = both.find(from);
    const target = both.find(to);
    if (count(both.model) > 60) return;
    const copy = copyOf(source.model);
    target.node.$set(LEFT, Node, source.node);
    target.model.left = copy;
  }),
  fc.tuple(path, path, fc.nat(2)).map(([from, to, index]) => (both: Both) => {
    const source = both.find(from);
    const target = both.find(to);
    if (!target.model.list?.length || count(both.model) > 60) return;
    const at = index % target.model.list.length;
    const copy = copyOf(source.model);
    target.node.$get(LIST, NodeList).set(at, source.node);
    target.model.list[at] = copy;
  }),
  path.map((at) => (both: Both) => both.disownLeft(both.find(at))),
  path.map((at) => (both: Both) => both.adoptRight(both.find(at))),
  // A later version of the schema gets hold of parts.
  path.map((at) => (both: Both) => {
    const { node, model } = both.find(at);
    if (model.left) expect(node.$get(LEFT, LargerNode).$pointerCount).toBe(7);
    if (model.list) expect(node.$get(LIST, LargerList).length).toBe(model.list.length);
  }),
);

function count(model: Model | null): number {
  if (!model) return 0;
  return 1 + count(model.left) + count(model.right) + (model.list?.reduce((sum, child) => sum + count(child), 0) ?? 0);
}

/** The message holds what the model holds, and a reference for every capability in it. */
function check({ message, model, capabilities, orphaned }: Both): void {
  expect(toModel(message.asReader().getRoot(Node))).toEqual(model);
  // Capabilities do not travel in frames.
  expect(toModel(decodeFrame(message.toBytes()).getRoot(Node))).toEqual(withoutCapabilities(model));
  for (const capability of capabilities) {
    expect(capability.references).toBe(occurrences(model, capability) + occurrences(orphaned, capability));
  }
}

function withoutCapabilities(model: Model): Model {
  return {
    ...model,
    left: model.left && withoutCapabilities(model.left),
    right: model.right && withoutCapabilities(model.right),
    list: model.list?.map(withoutCapabilities) ?? null,
    capability: null,
  };
}

const ALLOCATORS: [string, () => SegmentAllocator][] = [
  ["one segment", () => new SmallAllocator(1 << 17)],
  ["segments of nine words", () => new SmallAllocator(9)],
  ["a segment for every object", () => new TightAllocator()],
];

describe.each(ALLOCATORS)("random work in %s", (_name, allocator) => {
  test("leaves the message as the model says, and nothing behind", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (program) => {
        const both = new Both(allocator());
        for (const step of program) step(both);
        check(both);
        // A deep copy is equal, and has references of its own.
        const copy = new MessageBuilder({ allocator: allocator() });
        copy.root.setAny(both.message.root);
        expect(equals(copy.asReader().root, both.message.asReader().root)).toBe("equal");
        for (const capability of both.capabilities) {
          const copies = 2 * occurrences(both.model, capability);
          expect(capability.references).toBe(copies + occurrences(both.orphaned, capability));
        }
        copy.capTable.release();
        check(both);
        // Cleared, nothing is left but zeros, and every reference came back.
        both.discardOrphan();
        both.message.root.clear();
        for (const segment of both.message.segments()) expect(segment.every((byte) => byte === 0)).toBe(true);
        expect(both.message.capTable.slots.every((slot) => slot === null)).toBe(true);
        expect(both.capabilities.map(({ references }) => references)).toEqual([0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });
});

test("lists of text come back through any segment layout", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 20 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      (texts, size) => {
        const message = new MessageBuilder({
          allocator: size === 40 ? new ShiftedAllocator() : new SmallAllocator(size),
        });
        message.setRoot(listOf(Text), texts);
        expect(decodeFrame(message.toBytes()).getRoot(listOf(Text)).toArray()).toEqual(texts);
        expect(message.asReader().getRoot(listOf(AnyStruct)).length).toBe(texts.length);
      },
    ),
  );
});
