import { describe, expect, it } from "vitest";
import { BrokenHook, nullCapability } from "../../src/cap/broken.js";
import { forwardCall } from "../../src/cap/forward.js";
import { type CallContext, type CapabilityHook, innermost, NO_HINTS, NULL_BRAND } from "../../src/cap/hook.js";
import { LocalResults } from "../../src/cap/local-call.js";
import { ResultsPipeline } from "../../src/cap/pipeline.js";
import { QueuedHook, QueuedPipeline } from "../../src/cap/queued.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import { AnyPointerBuilder } from "../../src/wire/any-pointer.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { StructBuilder } from "../../src/wire/struct-builder.js";
import { StructReader } from "../../src/wire/struct-reader.js";
import { structType } from "../../src/wire/struct-type.js";
import { call, RecordingHook, RecordingReceiver } from "./recording.js";

describe("a promised capability", () => {
  it("passes its queue on in order before later calls and before observers hear of it", () => {
    const promise = new QueuedHook();
    const target = new RecordingHook();
    for (const methodId of [1, 2, 3]) call(promise, methodId);
    const seenByObserver: number[][] = [];
    promise.whenResolved(() => seenByObserver.push(target.order));
    promise.resolve(target);
    call(promise, 4);
    expect(target.order).toEqual([1, 2, 3, 4]);
    expect(seenByObserver).toEqual([[1, 2, 3]]);
  });

  it("points to its resolution while it passes the queue on", () => {
    const promise = new QueuedHook();
    const target = new RecordingHook();
    let resolutionDuringFlush: unknown = null;
    target.call = (context: CallContext) => {
      resolutionDuringFlush = promise.resolution;
      return RecordingHook.prototype.call.call(target, context);
    };
    call(promise, 1);
    promise.resolve(target);
    expect(resolutionDuringFlush).toBe(target);
  });

  it("keeps order through a request begun before it resolved and sent afterwards", () => {
    const promise = new QueuedHook();
    const target = new RecordingHook();
    call(promise, 1);
    const begun = promise.newCall(1n, 2, NO_HINTS);
    promise.resolve(target);
    begun.send(null);
    call(promise, 3);
    expect(target.order).toEqual([1, 2, 3]);
  });

  it("keeps order through a chain of promises resolved from the far end and from the near end", () => {
    for (const nearFirst of [true, false]) {
      const near = new QueuedHook();
      const far = new QueuedHook();
      const target = new RecordingHook();
      call(near, 1);
      call(far, 10);
      if (nearFirst) near.resolve(far.addRef());
      call(near, 2);
      far.resolve(target);
      if (!nearFirst) near.resolve(far.addRef());
      call(near, 3);
      expect(target.order.filter((methodId) => methodId < 10)).toEqual([1, 2, 3]);
      expect(innermost(near)).toBe(target);
    }
  });

  it("fails queued and later calls with the error it was rejected with", () => {
    const promise = new QueuedHook();
    const queued = new RecordingReceiver();
    call(promise, 1, queued);
    promise.reject(RpcError.overloaded("not today"));
    const later = new RecordingReceiver();
    call(promise, 2, later);
    expect(queued.error?.reason).toBe("not today");
    expect(later.error?.kind).toBe("overloaded");
  });

  it("is broken, not endless, when it is resolved to itself, directly or through another promise", () => {
    const a = new QueuedHook();
    const b = new QueuedHook();
    const receiver = new RecordingReceiver();
    call(a, 1, receiver);
    a.resolve(b.addRef());
    b.resolve(a.addRef());
    expect(receiver.error?.reason).toMatch(/resolved to itself/);
    const self = new QueuedHook();
    self.resolve(self.addRef());
    expect(self.resolution).toBeInstanceOf(BrokenHook);
  });

  it("delivers queued calls though everybody dropped it meanwhile, and then lets go of the target", () => {
    const promise = new QueuedHook();
    const resolver = promise.addRef();
    const target = new RecordingHook();
    call(promise, 1);
    promise.release();
    resolver.resolve(target);
    resolver.release();
    expect(target.order).toEqual([1]);
    expect(target.disposed).toBe(true);
  });

  it("forgets a queued call that was cancelled, and gives back the capabilities in its params", () => {
    const promise = new QueuedHook();
    const passed = new RecordingHook();
    call(promise, 1);
    const cancelled = call(promise, 2, new RecordingReceiver(), passed);
    call(promise, 3);
    passed.release();
    expect(passed.disposed).toBe(false);
    cancelled.forget();
    cancelled.release();
    expect(passed.disposed).toBe(true);
    const target = new RecordingHook();
    promise.resolve(target);
    expect(target.order).toEqual([1, 3]);
  });

  it("keeps a queued call that was forgotten while something pipelined from it is held", () => {
    const promise = new QueuedHook();
    const sent = call(promise, 1);
    const pipelined = sent.capability([0]);
    sent.forget();
    sent.release();
    expect(promise.queueLength).toBe(1);
    pipelined.release();
    expect(promise.queueLength).toBe(0);
  });

  it("may be the first of a hundred thousand: calls go straight to the end, and the chain is taken down without a deep stack", () => {
    const chain = Array.from({ length: 100_000 }, () => new QueuedHook());
    const [head] = chain as [QueuedHook];
    const target = new RecordingHook();
    call(head, 1);
    for (const [index, promise] of chain.entries()) promise.resolve(chain[index + 1] ?? target);
    call(head, 2);
    expect(target.order).toEqual([1, 2]);
    head.release();
    expect(target.disposed).toBe(true);
  });

  it("tells observers once, late ones at once, and none that was taken back", () => {
    const promise = new QueuedHook();
    const heard: string[] = [];
    promise.whenResolved(() => heard.push("early"));
    const takeBack = promise.whenResolved(() => heard.push("taken back"));
    takeBack();
    promise.resolve(new RecordingHook());
    promise.whenResolved(() => heard.push("late"));
    promise.resolve(new RecordingHook());
    expect(heard).toEqual(["early", "late"]);
  });

  it("gives back a second resolution", () => {
    const promise = new QueuedHook();
    const second = new RecordingHook();
    promise.resolve(new RecordingHook());
    promise.resolve(second);
    expect(second.disposed).toBe(true);
  });
});

/** Results whose first pointer is `hook` (taken) and whose second is null. */
function resultsWith(hook: CapabilityHook): LocalResults {
  const message = new MessageBuilder();
  const { $segment, $pointers } = message.initRoot(TWO_POINTERS);
  new AnyPointerBuilder($segment, $pointers).setCapability(hook);
  return new LocalResults(message);
}

const TWO_POINTERS = structType({
  id: 0n,
  name: "TwoPointers",
  dataWords: 0,
  pointerCount: 2,
  Reader: StructReader,
  Builder: StructBuilder,
});

describe("the pipeline of a call that has not returned", () => {
  it("gives the same capability for the same path as long as it is held", () => {
    const pipeline = new QueuedPipeline();
    const first = pipeline.capability([1, 2]);
    const second = pipeline.capability([1, 2]);
    expect(second).toBe(first);
    expect(pipeline.capability([1])).not.toBe(first);
    first.release();
    second.release();
    expect(pipeline.capability([1, 2])).not.toBe(first);
  });

  it("delivers what was queued at a path before what is called there afterwards", () => {
    const pipeline = new QueuedPipeline();
    const early = pipeline.capability([0]);
    call(early, 1);
    call(early, 2);
    const target = new RecordingHook();
    const results = resultsWith(target);
    pipeline.resolve(new ResultsPipeline(results));
    results.release();
    call(pipeline.capability([0]), 3);
    call(early, 4);
    expect(target.order).toEqual([1, 2, 3, 4]);
    expect(pipeline.capability([1]).brand).toBe(NULL_BRAND);
  });

  it("breaks every path when the call fails", () => {
    const pipeline = new QueuedPipeline();
    const pipelined = pipeline.capability([0]);
    const receiver = new RecordingReceiver();
    call(pipelined, 1, receiver);
    pipeline.reject(RpcError.failed("no results"));
    expect(receiver.error?.reason).toBe("no results");
    call(pipeline.capability([3]), 1, receiver);
    expect(receiver.error?.reason).toBe("no results");
  });

  it("says once that it was dropped, and gives back what it is resolved to afterwards", () => {
    let dropped = 0;
    const pipeline = new QueuedPipeline({ pipelineDropped: () => dropped++ });
    const hook = pipeline.capability([0]);
    pipeline.release();
    expect(dropped).toBe(0);
    hook.release();
    expect(dropped).toBe(1);
    let released = 0;
    pipeline.resolve({ capability: () => nullCapability(), addRef: () => pipeline, release: () => released++ });
    expect(released).toBe(1);
  });
});

describe("a call inside the process", () => {
  it("tells its receiver once, whatever the callee does afterwards", () => {
    const target = new RecordingHook();
    const receiver = new RecordingReceiver();
    call(target, 1, receiver);
    const { context } = target.calls[0]!;
    context.returnResults();
    context.fail(RpcError.failed("too late"));
    context.returnResults();
    expect(receiver.results).not.toBeNull();
    expect(receiver.error).toBeNull();
  });

  it("gives back params when it ends, results nobody waits for, and refuses params afterwards", () => {
    const target = new RecordingHook();
    const passed = new RecordingHook();
    const returned = new RecordingHook();
    const sent = call(target, 1, new RecordingReceiver(), passed);
    passed.release();
    sent.forget();
    const { context, pipeline } = target.calls[0]!;
    expect(context.cancelled).toBe(false);
    sent.release();
    expect(context.cancelled).toBe(true);
    expect(pipeline.wanted).toBe(false);
    expect(passed.disposed).toBe(false);
    context.results().setCapability(returned.addRef());
    context.returnResults();
    expect(passed.disposed).toBe(true);
    returned.release();
    expect(returned.disposed).toBe(true);
    expect(() => context.params).toThrow(/released/);
  });

  it("is forwarded with params, results and pipeline", () => {
    const target = new RecordingHook();
    const passed = new RecordingHook();
    const front = new RecordingHook();
    front.call = (context: CallContext) => forwardCall(context, target);
    const receiver = new RecordingReceiver();
    const sent = call(front, 7, receiver, passed);
    expect(target.order).toEqual([7]);
    expect(target.calls[0]!.context.params.capability).toBe(passed);
    const pipelined = sent.capability([0]);
    expect(target.calls[0]!.pipeline.capability([0])).toBe(pipelined);
    target.calls[0]!.context.results().setCapability(passed.addRef());
    target.calls[0]!.context.returnResults();
    expect(receiver.results?.capability(0)).toBe(passed);
    receiver.results?.release();
    expect(passed.references).toBe(1);
  });

  it("cancels the call it was forwarded to", () => {
    const target = new RecordingHook();
    const front = new RecordingHook();
    front.call = (context: CallContext) => forwardCall(context, target);
    const sent = call(front, 7);
    const { context } = target.calls[0]!;
    let cancelled = 0;
    context.onCancel = () => cancelled++;
    sent.forget();
    sent.release();
    expect(cancelled).toBe(1);
    expect(context.cancelled).toBe(true);
  });

  it("that is abandoned gives back its params and its target", () => {
    const target = new RecordingHook();
    const passed = new RecordingHook();
    const request = target.newCall(1n, 1, NO_HINTS);
    request.params.setCapability(passed.addRef());
    request.abandon();
    expect(passed.references).toBe(1);
    expect(target.references).toBe(1);
  });
});

describe("broken and null capabilities", () => {
  it("fail calls with their error; the null one says so", () => {
    const receiver = new RecordingReceiver();
    call(nullCapability(), 1, receiver);
    expect(receiver.error?.reason).toBe("called null capability");
    expect(receiver.error?.kind).toBe("failed");
    const pipelined = call(new BrokenHook(RpcError.disconnected("gone")), 1, receiver).capability([4]);
    expect(receiver.error?.kind).toBe("disconnected");
    expect(pipelined).toBeInstanceOf(BrokenHook);
  });
});
