"""A scenario is one story told to a server of interop.capnp: it makes calls, waits, and raises when an answer is not
what it must be. A Stage is what it works with: a bootstrap capability and a ledger for the objects it passes.
"""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Callable, NamedTuple

import capnp

from objects import Counter, Ledger, Listener, Sequence, schema

TIMEOUT = 10  # seconds


class Scenario(NamedTuple):
    name: str
    run: Callable[["Stage"], Awaitable[None]]
    only_when_named: bool = False  # It needs a server that does something unusual.


class Stage:
    def __init__(self, connection):
        self.connection = connection
        self.interop = connection.bootstrap(schema.Interop)
        self.ledger = Ledger()

    # Objects of ours, as capabilities.

    def counter(self, start: int = 0):
        return schema.Counter._new_client(Counter(self.ledger, start))

    def sequence(self):
        return schema.Sequence._new_client(Sequence(self.ledger))

    def listener(self, then=None):
        return schema.Listener._new_client(Listener(self.ledger, then))

    # Objects of the server's.

    def new_counter(self, start: int = 0):
        return self.interop.newCounter(start).counter

    async def activity(self):
        return await wait(self.interop.activity())

    async def live_counters(self) -> int:
        return (await self.activity()).liveCounters

    async def has_live_counters(self, count: int) -> bool:
        return await self.live_counters() == count

    async def expect_usable(self) -> None:
        """The connection still works after what went wrong on it."""
        check(await add(self.new_counter(1), 1) == 2, "the connection is no longer usable")

    async def until(self, what: str, condition) -> None:
        """Waits until `condition` holds, making a round trip to the server between two looks at it."""
        for attempt in range(100):
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await self.activity()
            if attempt > 10:
                await asyncio.sleep(0.01)
        raise AssertionError(f"this should have happened: {what}")


def check(condition: bool, *what) -> None:
    """An assertion that no command line option turns off."""
    if not condition:
        raise AssertionError(" ".join(map(str, what)) or "not so")


def expect(actual, expected) -> None:
    check(actual == expected, f"{actual!r} should be {expected!r}")


async def wait(promise):
    """The promise's value; a hung call becomes a failure."""
    return await asyncio.wait_for(promise, TIMEOUT)


async def wait_for_all(promises) -> list:
    return await wait(asyncio.gather(*promises))


async def settled(value: Callable[[], int]) -> int:
    """Waits until `value` has not changed for a tenth of a second; returns what it is then."""
    while True:
        before = value()
        await asyncio.sleep(0.1)
        if value() == before:
            return before


async def add(counter, amount: int) -> int:
    return (await wait(counter.add(amount))).total


async def failure_of(promise) -> capnp.KjException:
    """The failure that the call ends with. Raises if it ends well."""
    try:
        await wait(promise)
    except capnp.KjException as error:
        return error
    raise AssertionError("the call should have failed")


def expect_failure(error: capnp.KjException, kind: str, reason: str = "") -> None:
    check(error.type == kind.upper() and reason in error.description, f"should be {kind}: {reason}, but is:", error)


def alone(capability, interface):
    """The same capability; but one that was read from results keeps all of them, and this one does not."""
    message = schema.Box.new_message(num_first_segment_words=8)
    message.untyped = capability
    return message.untyped.as_interface(interface)
