"""How calls end: tail calls, cancellation, failures of every kind, early pipelines, streams."""

import asyncio
import tempfile
from pathlib import Path

from objects import Callee, HangingCallee, HangingListener, schema
from promises import make_refusing
from schemas import load_text
from stage import Scenario, Stage, add, check, expect, expect_failure, failure_of, settled, wait, wait_for_all


async def tail_call_to_us(stage: Stage) -> None:
    promise = stage.interop.tail(Callee(stage.ledger, "client"), 456)
    sequence = promise.sequence
    numbers = [asyncio.ensure_future(sequence.next(i)) for i in range(2)]
    called = await wait(promise)
    expect((called.number, called.by), (456, "client"))
    numbers += [asyncio.ensure_future(sequence.next(i)) for i in range(2, 4)]
    expect([results.number for results in await wait_for_all(numbers)], [0, 1, 2, 3])


async def tail_call_within_the_server(stage: Stage) -> None:
    promise = stage.interop.tailLocal(-3)
    early = asyncio.ensure_future(promise.sequence.next(0))
    called = await wait(promise)
    expect((called.number, called.by), (-3, "server"))
    expect((await wait(early)).number, 0)
    expect((await wait(called.sequence.next(1))).number, 1)


async def tail_call_to_an_object_of_theirs(stage: Stage) -> None:
    # The server has no Callee to give away, so this one has no such method.
    callee = stage.new_counter().cast_as(schema.Callee)
    expect_failure(await failure_of(stage.interop.tail(callee, 1)), "unimplemented")


async def tail_calls_are_freed(stage: Stage) -> None:
    results = await wait(stage.interop.tail(Callee(stage.ledger, "client"), 1))
    expect(stage.ledger.live_sequences, 1)
    del results
    await stage.until("our sequence is gone", lambda: stage.ledger.live_sequences == 0)


async def cancelled_tail_call(stage: Stage) -> None:
    promise = stage.interop.tail(HangingCallee(stage.ledger), 1)
    await stage.until("our callee runs", lambda: stage.ledger.hanging == 1)
    promise.cancel()
    await stage.until("our callee was cancelled", lambda: stage.ledger.cancelled == 1)


async def cancelled_callback(stage: Stage) -> None:
    promise = stage.interop.relay(HangingListener(stage.ledger))
    await stage.until("our listener runs", lambda: stage.ledger.hanging == 1)
    promise.cancel()
    await stage.until("our listener was cancelled", lambda: stage.ledger.cancelled == 1)


async def cancelled_call(stage: Stage) -> None:
    async def was_cancelled():
        return (await stage.activity()).cancelled == 1

    promise = stage.interop.hang(stage.counter())
    expect((await stage.activity()).hanging, 1)
    expect(stage.ledger.live_counters, 1)
    promise.cancel()
    await stage.until("the call was cancelled", was_cancelled)
    expect((await stage.activity()).hanging, 0)
    await stage.until("the server gave our counter back", lambda: stage.ledger.live_counters == 0)


async def cancelled_return(stage: Stage) -> None:
    before = await stage.live_counters()
    for i in range(50):
        promise = stage.interop.newCounters(3)
        if i % 2:
            await stage.activity()
        promise.cancel()
    await stage.until("no counter is left", lambda: stage.has_live_counters(before))


async def failures(stage: Stage) -> None:
    for kind in ("failed", "overloaded", "disconnected", "unimplemented"):
        promise = stage.interop.fail(kind, "for a reason")
        pipelined = promise.counter.add(0)
        expect_failure(await failure_of(promise), kind, "for a reason")
        expect_failure(await failure_of(pipelined), kind, "for a reason")
    await stage.expect_usable()


async def callback_failures(stage: Stage) -> None:
    for kind in ("failed", "overloaded", "unimplemented"):
        listener = await make_refusing(kind, "our reason", schema.Listener)
        expect_failure(await failure_of(stage.interop.relay(listener)), kind, "our reason")

    async def then(_number):
        raise RuntimeError("our reason")

    expect_failure(await failure_of(stage.interop.relay(stage.listener(then))), "failed", "our reason")


def interop_with_more_methods():
    """The interface Interop as a newer schema might have it: with a method that the server's lacks."""
    known = schema.Interop.schema
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "newer.capnp"
        methods = "".join(f"method{i} @{i} (); " for i in range(len(known.methods) + 1))
        path.write_text(f"@0x9a3b4c5d6e7f8091;\ninterface Interop @{known.node.id:#x} {{ {methods} }}\n")
        return load_text(path).Interop


async def unknown_methods(stage: Stage) -> None:
    expect_failure(await failure_of(stage.interop.cast_as(schema.Counter).add(0)), "unimplemented")
    # A method number beyond the interface's last.
    newer = interop_with_more_methods()
    last = f"method{len(schema.Interop.schema.methods)}"
    expect_failure(await failure_of(stage.interop.cast_as(newer)._send(last)), "unimplemented")


async def early_pipeline(stage: Stage) -> None:
    gate = asyncio.Event()

    async def then(_number):
        await gate.wait()

    promise = stage.interop.early(stage.listener(then))
    expect(await add(promise.counter, 1), 101)
    gate.set()
    expect(await add((await wait(promise)).counter, 1), 102)


async def stream(stage: Stage) -> None:
    sink = (await wait(stage.interop.newSink())).sink
    for _ in range(100):
        await wait(sink.write(bytes(4096)))
    done = await wait(sink.done())
    expect((done.byteCount, done.writes), (409600, 100))


async def held_back_stream(stage: Stage) -> None:
    gate = asyncio.Event()
    written, total = 0, 400

    async def then(_number):
        await gate.wait()

    async def write_all():
        nonlocal written
        while written < total:
            await sink.write(bytes(32 * 1024))
            written += 1

    sink = (await wait(stage.interop.newGatedSink(stage.listener(then)))).sink
    writing = asyncio.ensure_future(write_all())
    await stage.until("the first write waits", lambda: stage.ledger.heard == 1)
    check(await settled(lambda: written) < total, "the stream was not held back")
    gate.set()
    await wait(writing)
    done = await wait(sink.done())
    expect((done.byteCount, done.writes), (total * 32 * 1024, total))


async def failed_stream(stage: Stage) -> None:
    sink = (await wait(stage.interop.newSink())).sink
    write = asyncio.ensure_future(sink.write())
    expect_failure(await failure_of(sink.done()), "failed")
    await asyncio.wait([write])
    write.exception()  # Looked at, whatever it is: a client may learn of the failure from `done` alone.


async def hang_forever(stage: Stage) -> None:
    """The connection must end while `hang` runs: whoever reads "hanging" ends it, or this program."""
    running = asyncio.ensure_future(stage.interop.hang(stage.counter()))
    expect((await stage.activity()).hanging, 1)
    print("hanging", flush=True)
    expect_failure(await failure_of(running), "disconnected")


async def server_leaves(stage: Stage) -> None:
    """The server must end the connection when `hang` is called."""
    counter = stage.new_counter()
    expect_failure(await failure_of(stage.interop.hang()), "disconnected")
    expect_failure(await failure_of(counter.add(0)), "disconnected")


CALL_SCENARIOS = [
    Scenario("a-tail-call-to-us-returns-here", tail_call_to_us),
    Scenario("a-tail-call-within-the-server-returns", tail_call_within_the_server),
    Scenario("a-tail-call-fails-like-its-callee", tail_call_to_an_object_of_theirs),
    Scenario("a-tail-calls-objects-are-freed", tail_calls_are_freed),
    Scenario("cancelling-reaches-the-tail-callee", cancelled_tail_call),
    Scenario("cancelling-reaches-a-callback", cancelled_callback),
    Scenario("a-cancelled-call-ends-and-frees-its-params", cancelled_call),
    Scenario("cancelling-while-it-returns-leaks-nothing", cancelled_return),
    Scenario("failures-keep-their-kind-and-reason", failures),
    Scenario("a-callbacks-failure-passes-through", callback_failures),
    Scenario("unknown-methods-are-unimplemented", unknown_methods),
    Scenario("a-pipeline-set-early-works-before-the-return", early_pipeline),
    Scenario("a-stream-of-writes-arrives", stream),
    Scenario("a-slow-sink-holds-the-stream-back", held_back_stream),
    Scenario("a-failed-write-fails-what-follows", failed_stream),
    Scenario("a-server-that-leaves-breaks-its-calls", server_leaves, only_when_named=True),
    Scenario("hang-forever", hang_forever, only_when_named=True),
]
