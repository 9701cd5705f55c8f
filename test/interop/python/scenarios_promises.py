"""Promises that resolve to something here or there while calls are under way.

The sequence objects count, so an embargo that is missing on either side shows as a misplaced call. pycapnp does not say
when a promise resolves; where a story must know, it waits for the first call: what the promise has become answers it.
"""

import asyncio

from promises import new_promise
from stage import Scenario, Stage, expect, expect_failure, failure_of, wait, wait_for_all


class Calls:
    """Calls made on one capability over time; all of them must have met the same object in order."""

    def __init__(self, sequence):
        self._sequence = sequence
        self._calls = []

    def make(self, count: int) -> None:
        for _ in range(count):
            self._calls.append(asyncio.ensure_future(self._sequence.next(len(self._calls))))

    async def resolved(self) -> None:
        await wait(self._calls[0])

    async def check(self) -> None:
        results = await wait_for_all(self._calls)
        expect([result.number for result in results], list(range(len(self._calls))))
        state = await wait(self._sequence.state())
        expect((state.count, state.misplaced), (len(self._calls), 0))

    async def expect_failures(self, kind: str, reason: str = "") -> None:
        for call in self._calls:
            expect_failure(await failure_of(call), kind, reason)


async def their_promise(stage: Stage):
    """A promise that lives in the server, and its resolver."""
    results = await wait(stage.interop.newPromise())
    return results.sequence, results.resolver


def their_sequence(stage: Stage):
    return stage.interop.newSequence().sequence


def resolve(resolver, sequence):
    return asyncio.ensure_future(resolver.resolve(sequence))


async def result_is_our_object(stage: Stage) -> None:
    """We embargo: the first calls travel to the server and back, the last ones go straight to our object."""
    promise = stage.interop.reflect(stage.sequence())
    calls = Calls(promise.sequence)
    calls.make(3)
    await wait(promise)
    calls.make(3)
    await calls.check()


async def their_promise_is_our_object(stage: Stage) -> None:
    """Calls made while it resolves are still on their way back when later ones could go straight to our object."""
    sequence, resolver = await their_promise(stage)
    calls = Calls(sequence)
    calls.make(3)
    resolved = resolve(resolver, stage.sequence())
    calls.make(500)
    await calls.resolved()
    calls.make(3)
    await wait(resolved)
    calls.make(3)
    await calls.check()


async def their_promise_is_their_object(stage: Stage) -> None:
    sequence, resolver = await their_promise(stage)
    calls = Calls(sequence)
    calls.make(3)
    resolved = resolve(resolver, their_sequence(stage))
    calls.make(3)
    await calls.resolved()
    calls.make(3)
    await wait(resolved)
    await calls.check()


async def their_promise_is_another_of_theirs(stage: Stage) -> None:
    first, first_resolver = await their_promise(stage)
    second, second_resolver = await their_promise(stage)
    calls = Calls(first)
    calls.make(2)
    await wait(resolve(first_resolver, second))
    calls.make(2)
    resolved = resolve(second_resolver, stage.sequence())
    calls.make(2)
    await calls.resolved()
    calls.make(2)
    await wait(resolved)
    await calls.check()


async def their_promise_is_our_promise(stage: Stage) -> None:
    """Their promise becomes our promise, which becomes our object."""
    sequence, resolver = await their_promise(stage)
    calls = Calls(sequence)
    calls.make(2)
    ours, fulfiller = new_promise()
    resolved = resolve(resolver, ours)
    calls.make(2)
    await stage.activity()
    calls.make(2)
    fulfiller.resolve(stage.sequence())
    calls.make(2)
    await wait(resolved)
    await calls.resolved()
    calls.make(2)
    await calls.check()


async def their_promise_is_rejected(stage: Stage) -> None:
    sequence, resolver = await their_promise(stage)
    calls = Calls(sequence)
    calls.make(3)
    await wait(resolver.reject("overloaded", "no room"))
    calls.make(2)
    await calls.expect_failures("overloaded", "no room")
    await stage.expect_usable()


async def their_promise_is_null(stage: Stage) -> None:
    sequence, resolver = await their_promise(stage)
    calls = Calls(sequence)
    calls.make(2)
    await wait(resolver.resolve())
    await calls.expect_failures("failed")
    await stage.expect_usable()


class Drive:
    """The server makes calls on what we give it, before and after we say what it is."""

    def __init__(self, stage: Stage, sequence, during: int = 0, listener=None):
        """The server makes `during` calls more before it can know of a resolution that `listener` causes."""
        self._stage = stage
        self._total = 8 + during
        self._call = asyncio.ensure_future(
            stage.interop.drive(sequence, before=4, during=during, after=4, listener=listener or stage.listener())
        )

    async def started(self) -> None:
        await self._stage.until("the server made its first calls", lambda: self._stage.ledger.heard > 0)

    async def check(self, sequence) -> None:
        expect(list((await wait(self._call)).numbers), list(range(self._total)))
        state = await wait(sequence.state())
        expect((state.count, state.misplaced), (self._total, 0))

    async def failure(self):
        return await failure_of(self._call)


async def they_drive_our_object(stage: Stage) -> None:
    sequence = stage.sequence()
    await Drive(stage, sequence).check(sequence)


async def our_promise_is_our_object(stage: Stage) -> None:
    ours, fulfiller = new_promise()
    drive = Drive(stage, ours)
    await drive.started()
    sequence = stage.sequence()
    fulfiller.resolve(sequence)
    await drive.check(sequence)


async def our_promise_is_their_object(stage: Stage) -> None:
    """They embargo: their first calls travel here and back, their last ones go straight to their own object."""
    ours, fulfiller = new_promise()
    drive = Drive(stage, ours)
    await drive.started()
    sequence = their_sequence(stage)
    fulfiller.resolve(sequence)
    await drive.check(sequence)


async def our_promise_is_their_object_while_they_call(stage: Stage) -> None:
    """They embargo, and must: when they learn what our promise has become, most of their calls are still under way."""
    ours, fulfiller = new_promise()
    sequence = (await wait(stage.interop.newSequence())).sequence

    async def then(_number):
        fulfiller.resolve(sequence)

    await Drive(stage, ours, 2000, stage.listener(then)).check(sequence)


async def our_promise_is_their_answer(stage: Stage) -> None:
    """As before, but what our promise becomes is itself still on its way from the server."""
    ours, fulfiller = new_promise()
    drive = Drive(stage, ours)
    await drive.started()
    sequence = (await wait(stage.interop.newSequence())).sequence
    fulfiller.resolve(stage.interop.reflect(sequence).sequence)
    await drive.check(sequence)


async def our_promise_is_their_promise(stage: Stage) -> None:
    """Our promise becomes a promise of theirs, which becomes an object of ours."""
    ours, fulfiller = new_promise()
    drive = Drive(stage, ours)
    await drive.started()
    theirs, resolver = await their_promise(stage)
    fulfiller.resolve(theirs)
    await stage.activity()
    sequence = stage.sequence()
    await wait(resolver.resolve(sequence))
    await drive.check(sequence)


async def our_promise_is_rejected(stage: Stage) -> None:
    ours, fulfiller = new_promise()
    drive = Drive(stage, ours)
    await drive.started()
    await fulfiller.reject("overloaded", "changed our mind")
    expect_failure(await drive.failure(), "overloaded")
    await stage.expect_usable()


async def promises_are_freed(stage: Stage) -> None:
    sequence, resolver = await their_promise(stage)
    await wait(resolver.resolve(stage.sequence()))
    await wait(sequence.state())
    del sequence, resolver
    await stage.until("the server gave our sequence back", lambda: stage.ledger.live_sequences == 0)


PROMISE_SCENARIOS = [
    Scenario("a-result-that-is-our-object-keeps-order", result_is_our_object),
    Scenario("their-promise-becomes-our-object-in-order", their_promise_is_our_object),
    Scenario("their-promise-becomes-their-object-in-order", their_promise_is_their_object),
    Scenario("their-promise-becomes-another-promise-in-order", their_promise_is_another_of_theirs),
    Scenario("their-promise-becomes-our-promise-in-order", their_promise_is_our_promise),
    Scenario("calls-on-a-rejected-promise-fail", their_promise_is_rejected),
    Scenario("calls-on-a-promise-that-becomes-null-fail", their_promise_is_null),
    Scenario("they-call-our-object-in-order", they_drive_our_object),
    Scenario("our-promise-becomes-our-object-in-order", our_promise_is_our_object),
    Scenario("our-promise-becomes-their-object-in-order", our_promise_is_their_object),
    Scenario("our-promise-becomes-their-object-while-they-call", our_promise_is_their_object_while_they_call),
    Scenario("our-promise-becomes-their-answer-in-order", our_promise_is_their_answer),
    Scenario("our-promise-becomes-their-promise-in-order", our_promise_is_their_promise),
    Scenario("their-calls-on-our-rejected-promise-fail", our_promise_is_rejected),
    Scenario("a-resolved-promise-frees-its-object", promises_are_freed),
]
