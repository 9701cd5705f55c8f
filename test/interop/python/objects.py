"""The objects of interop.capnp that both programs need: the server hands them out, the client passes its own.

Each counts itself in a Ledger while somebody holds it, so that a scenario sees whether the other side gave back what it
held: pycapnp drops its reference to a Python object when the last reference of the peer is gone.
"""

import asyncio
from collections.abc import Awaitable
from typing import Callable, Optional

from schemas import load_interop

schema = load_interop()


class Ledger:
    def __init__(self):
        self.live_counters = 0
        self.live_sequences = 0
        self.hanging = 0
        self.cancelled = 0
        self.heard = 0  # Calls that Listeners received.

    async def hang_until_cancelled(self) -> None:
        """Never ends by itself; counted in `hanging` while it waits and in `cancelled` once it was cancelled."""
        self.hanging += 1
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.hanging -= 1


class Counter(schema.ResettableCounter.Server):
    def __init__(self, ledger: Ledger, start: int = 0):
        self._ledger = ledger
        self._total = start
        ledger.live_counters += 1

    def __del__(self):
        self._ledger.live_counters -= 1

    async def add(self, amount, _context, **_):
        self._total += amount
        return self._total

    async def next(self, amount, _context, **_):
        return Counter(self._ledger, self._total + amount)

    async def reset(self, _context, **_):
        total, self._total = self._total, 0
        return total


class Sequence(schema.Sequence.Server):
    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._count = 0
        self._misplaced = 0
        ledger.live_sequences += 1

    def __del__(self):
        self._ledger.live_sequences -= 1

    async def next(self, expected, _context, **_):
        number, self._count = self._count, self._count + 1
        if expected != number:
            self._misplaced += 1
        return number

    async def state(self, _context, **_):
        return self._count, self._misplaced


class Listener(schema.Listener.Server):
    """Answers "heard N" and counts; what else it does is up to `then`."""

    def __init__(self, ledger: Ledger, then: Optional[Callable[[int], Awaitable[None]]] = None):
        self._ledger = ledger
        self._then = then

    async def heard(self, number, _context, **_):
        self._ledger.heard += 1
        if self._then is not None:
            await self._then(number)
        return f"heard {number}"


class Callee(schema.Callee.Server):
    def __init__(self, ledger: Ledger, by: str):
        self._ledger = ledger
        self._by = by

    async def called(self, number, _context, **_):
        return number, self._by, Sequence(self._ledger)


class HangingCallee(schema.Callee.Server):
    """Never answers and notices when it is cancelled."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    async def called(self, _context, **_):
        await self._ledger.hang_until_cancelled()


class HangingListener(schema.Listener.Server):
    """Never answers and notices when it is cancelled."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    async def heard(self, _context, **_):
        await self._ledger.hang_until_cancelled()


class Sink(schema.Sink.Server):
    """pycapnp serves streaming calls one at a time, so a first write that waits for its gate holds back the others; and
    after a failed one it fails every later call of the object."""

    def __init__(self, gate=None):
        self._gate = gate
        self._byte_count = 0
        self._writes = 0

    async def write(self, bytes, _context, **_):
        if not bytes:
            raise ValueError("nothing to write")
        self._byte_count += len(bytes)
        self._writes += 1
        if self._writes == 1 and self._gate is not None:
            await self._gate.heard(0)

    async def done(self, _context, **_):
        return self._byte_count, self._writes
