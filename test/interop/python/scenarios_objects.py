"""Capabilities as things that are passed, called, compared and let go."""

from objects import schema
from stage import Scenario, Stage, add, alone, check, expect, failure_of, settled, wait


async def capability_in_results(stage: Stage) -> None:
    counter = (await wait(stage.interop.newCounter(40))).counter
    expect(await add(counter, 2), 42)
    expect(await add(counter, -2), 40)


async def inherited_methods(stage: Stage) -> None:
    counter = stage.new_counter(7).cast_as(schema.ResettableCounter)
    expect(await add(counter, 1), 8)
    expect((await wait(counter.reset())).total, 8)
    expect(await add(counter, 1), 1)


async def list_of_capabilities_in_results(stage: Stage) -> None:
    counters = (await wait(stage.interop.newCounters(20))).counters
    expect(len(counters), 20)
    for i, counter in enumerate(counters):
        expect(await add(counter, 100), 100 + i)


async def list_of_capabilities_in_params(stage: Stage) -> None:
    ours = stage.counter(20)
    request = stage.interop.sumCounters_request()
    counters = request.init("counters", 5)
    counters[0] = ours
    counters[1] = stage.new_counter(1000)  # a promise of the server's own object
    counters[2] = ours  # the same capability twice
    counters[4] = stage.counter(3)
    expect((await wait(request.send())).total, 1043)


async def pipeline_through_nested_fields(stage: Stage) -> None:
    nested = stage.interop.nest(4)
    expect(await add(nested.box.inner.inner.inner.content.counter, 10), 13)
    # pycapnp pipelines through typed fields only.
    box = (await wait(nested)).box
    expect(box.inner.content.label, "box 1")
    expect(await add(box.inner.inner.inner.untyped.as_interface(schema.Counter), 10), 23)


async def pipeline_beyond_the_results(stage: Stage) -> None:
    await failure_of(stage.interop.nest(1).box.inner.inner.content.counter.add(0))
    await stage.expect_usable()


async def pipeline_chain(stage: Stage) -> None:
    counter = stage.new_counter(1)
    for amount in range(1, 6):
        counter = counter.next(amount).counter
    expect(await add(counter, 0), 16)


async def deep_pipeline(stage: Stage) -> None:
    box = stage.interop.nest(30).box
    for _ in range(29):
        box = box.inner
    expect(await add(box.content.counter, 1), 30)


async def long_pipeline_chain(stage: Stage) -> None:
    counter = stage.new_counter(1)
    for amount in range(1, 101):
        counter = counter.next(amount).counter
    expect(await add(counter, 0), 5051)


async def pipelined_capability_as_parameter(stage: Stage) -> None:
    counters = [stage.new_counter(11), stage.new_counter(31)]
    expect((await wait(stage.interop.sumCounters(counters))).total, 42)


async def null_capability(stage: Stage) -> None:
    results = await wait(stage.interop.nothing())
    expect((results.isNull, results._has("counter")), (True, False))
    expect((await wait(stage.interop.nothing(stage.counter()))).isNull, False)
    await failure_of(results.counter.add(0))


async def expect_home(stage: Stage, counter) -> None:
    """What came back is our own object, not a way through the server to it: calling it sends nothing."""
    connection = stage.connection
    sent = await settled(lambda: connection.bytes_sent)
    await add(counter, 0)
    expect(connection.bytes_sent, sent)
    await stage.activity()
    check(connection.bytes_sent > sent, "bytes should have been counted")


async def capability_comes_home(stage: Stage) -> None:
    request = stage.interop.anything_request()
    request.object = stage.counter(1)
    results = await wait(request.send())
    await expect_home(stage, results.object.as_interface(schema.Counter))


async def held_capability(stage: Stage) -> None:
    counter = stage.counter(5)
    await wait(stage.interop.hold(counter))
    expect((await wait(stage.interop.callHeld(3))).total, 8)
    held = await wait(stage.interop.held())
    await expect_home(stage, held.counter)
    del counter, held
    await stage.activity()
    expect(stage.ledger.live_counters, 1)
    await wait(stage.interop.letGo())
    await stage.until("the server gave our object back", lambda: stage.ledger.live_counters == 0)


async def callback(stage: Stage) -> None:
    answers = (await wait(stage.interop.notify(stage.listener(), 7))).answers
    expect(stage.ledger.heard, 7)
    expect(list(answers), [f"heard {i}" for i in range(7)])


async def callback_that_calls_back(stage: Stage) -> None:
    """While the server waits for our answer, we call the server and wait for its answer."""

    async def then(_number):
        expect(await add(stage.new_counter(9), 0), 9)

    expect((await wait(stage.interop.relay(stage.listener(then)))).answer, "heard 0")


async def nested_callbacks(stage: Stage) -> None:
    async def relay(depth):
        async def then(_number):
            if depth > 1:
                expect(await relay(depth - 1), "heard 0")

        return (await wait(stage.interop.relay(stage.listener(then)))).answer

    expect(await relay(20), "heard 0")
    expect(stage.ledger.heard, 20)


async def releases_results(stage: Stage) -> None:
    before = await stage.live_counters()
    results = await wait(stage.interop.newCounters(10))
    third = alone(results.counters[3], schema.Counter)
    expect(await stage.live_counters(), before + 10)
    del results
    await stage.until("nine counters are gone", lambda: stage.has_live_counters(before + 1))
    expect(await add(third, 0), 3)
    del third
    await stage.until("all counters are gone", lambda: stage.has_live_counters(before))


async def releases_one(stage: Stage) -> None:
    before = await stage.live_counters()
    counter = stage.new_counter(3)
    expect(await add(counter, 1), 4)
    del counter
    await stage.until("the counter is gone", lambda: stage.has_live_counters(before))


async def releases_params(stage: Stage) -> None:
    counters = [stage.counter(i) for i in range(3)]
    expect((await wait(stage.interop.sumCounters(counters))).total, 3)
    del counters
    await stage.until("the server gave our counters back", lambda: stage.ledger.live_counters == 0)


async def releases_ten_thousand(stage: Stage) -> None:
    """One by one, not with the results they came in."""
    before = await stage.live_counters()
    counters = [alone(counter, schema.Counter) for counter in (await wait(stage.interop.newCounters(10_000))).counters]
    for i in (0, 5000, 9999):
        expect(await add(counters[i], 1), i + 1)
    expect(await stage.live_counters(), before + 10_000)
    counters.clear()
    await stage.until("all counters are gone", lambda: stage.has_live_counters(before))


async def releases_ten_thousand_of_ours(stage: Stage) -> None:
    total = (await wait(stage.interop.sumCounters([stage.counter(i) for i in range(10_000)]))).total
    expect(total, 49_995_000)
    await stage.until("the server gave our counters back", lambda: stage.ledger.live_counters == 0)


OBJECT_SCENARIOS = [
    Scenario("a-capability-in-results-is-called", capability_in_results),
    Scenario("inherited-methods-are-called", inherited_methods),
    Scenario("a-list-of-capabilities-is-returned", list_of_capabilities_in_results),
    Scenario("a-list-of-capabilities-is-passed", list_of_capabilities_in_params),
    Scenario("calls-are-pipelined-through-nested-fields", pipeline_through_nested_fields),
    Scenario("a-pipeline-beyond-the-results-fails-alone", pipeline_beyond_the_results),
    Scenario("calls-are-pipelined-in-a-chain", pipeline_chain),
    Scenario("calls-are-pipelined-through-thirty-nested-fields", deep_pipeline),
    Scenario("a-hundred-calls-are-pipelined-in-a-chain", long_pipeline_chain),
    Scenario("a-pipelined-capability-is-a-parameter", pipelined_capability_as_parameter),
    Scenario("a-null-capability-stays-null", null_capability),
    Scenario("an-untyped-capability-comes-home", capability_comes_home),
    Scenario("a-held-capability-is-called-and-comes-home", held_capability),
    Scenario("a-callback-is-called", callback),
    Scenario("a-callback-calls-the-server", callback_that_calls_back),
    Scenario("callbacks-nest-twenty-deep", nested_callbacks),
    Scenario("dropped-results-free-the-servers-objects", releases_results),
    Scenario("a-dropped-capability-frees-the-servers-object", releases_one),
    Scenario("our-objects-are-freed-after-the-call", releases_params),
    Scenario("ten-thousand-capabilities-are-released", releases_ten_thousand),
    Scenario("ten-thousand-of-our-capabilities-are-released", releases_ten_thousand_of_ours),
]
