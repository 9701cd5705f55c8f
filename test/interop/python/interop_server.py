"""interop-server ADDRESS: serves interop.capnp's Interop until standard input ends. See endpoint.py for addresses."""

import asyncio
import sys

import capnp

from endpoint import Endpoint
from objects import Callee, Counter, Ledger, Sequence, Sink, schema
from promises import new_promise


class Resolver(schema.Resolver.Server):
    def __init__(self, fulfiller):
        self._fulfiller = fulfiller

    async def resolve(self, sequence, _context, **_):
        self._fulfiller.resolve(sequence)

    async def reject(self, kind, reason, _context, **_):
        await self._fulfiller.reject(str(kind), reason)


class Interop(schema.Interop.Server):
    def __init__(self):
        self._ledger = Ledger()
        self._held = None

    # Values

    async def echo(self, blob, _context, **_):
        return blob

    async def echoValues(self, values, _context, **_):
        return values

    async def tree_context(self, context):
        _grow(context.results.init("root"), "0", context.params.depth, context.params.fanOut)

    # Objects

    async def newCounter(self, start, _context, **_):
        return Counter(self._ledger, start)

    async def newCounters(self, count, _context, **_):
        return [Counter(self._ledger, i) for i in range(count)]

    async def sumCounters(self, counters, _context, **_):
        return sum(await asyncio.gather(*[_total_of(counter) for counter in counters]))

    async def nest_context(self, context):
        box = context.results.init("box")
        for level in range(context.params.depth):
            if level > 0:
                box = box.init("inner")
            counter = schema.Counter._new_client(Counter(self._ledger, level))
            box.content.counter = counter
            box.content.label = f"box {level}"
            box.untyped = counter

    async def notify(self, listener, times, _context, **_):
        return [(await listener.heard(i)).answer for i in range(times)]

    async def hold(self, counter, _context, **_):
        self._held = counter

    async def held(self, _context, **_):
        return self._the_held()

    async def callHeld(self, amount, _context, **_):
        return (await self._the_held().add(amount)).total

    async def letGo(self, _context, **_):
        self._held = None

    async def nothing_context(self, context):
        context.results.isNull = not context.params._has("counter")

    async def anything(self, object, _context, **_):
        return object

    # Promises and order

    async def reflect(self, sequence, _context, **_):
        return sequence

    async def newPromise(self, _context, **_):
        sequence, fulfiller = new_promise()
        return sequence, Resolver(fulfiller)

    async def newSequence(self, _context, **_):
        return Sequence(self._ledger)

    async def drive(self, sequence, before, during, after, listener, _context, **_):
        calls = []

        def make(count):
            for _ in range(count):
                calls.append(asyncio.ensure_future(sequence.next(len(calls))))

        make(before)
        heard = asyncio.ensure_future(listener.heard(before))
        make(during)
        try:
            # pycapnp does not say when a promise resolves. But what the promise has become answers the first call.
            await (calls[0] if calls else sequence.state())
            make(after)
            numbers = [(await call).number for call in calls]
            await heard
            return numbers
        except capnp.KjException:
            # It is said once, not for every call.
            await asyncio.gather(heard, *calls, return_exceptions=True)
            raise

    # Calls

    async def tail_context(self, context):
        tail = context.tail_call(context.params.callee.called_request(number=context.params.number))
        # The caller hosts the callee: from here on the call is its own, and so are the results. When pycapnp is told
        # that they stay there, kj ends the process that still waits for them ("Inner node returned empty value").
        tail.cancel()

    async def tailLocal_context(self, context):
        callee = schema.Callee._new_client(Callee(self._ledger, "server"))
        await context.tail_call(callee.called_request(number=context.params.number))

    async def early(self, gate, _context, **_):
        raise NotImplementedError("pycapnp's call context has no setPipeline")

    async def hang(self, counter, _context, **_):
        await self._ledger.hang_until_cancelled()

    async def fail(self, kind, reason, _context, **_):
        # Whatever a method raises is FAILED for the peer.
        raise RuntimeError(reason)

    async def relay(self, listener, _context, **_):
        return (await listener.heard(0)).answer

    async def newSink(self, _context, **_):
        return Sink()

    async def newGatedSink(self, gate, _context, **_):
        return Sink(gate)

    async def activity(self, _context, **_):
        ledger = self._ledger
        return ledger.live_counters, ledger.live_sequences, ledger.hanging, ledger.cancelled

    def _the_held(self):
        if self._held is None:
            raise ValueError("nothing is held")
        return self._held


async def _total_of(counter) -> int:
    try:
        return (await counter.add(0)).total
    except capnp.KjException as error:
        # The only way in which pycapnp says that an element of a list is null.
        if error.description == "Called null capability.":
            return 0
        raise


def _grow(node, label: str, depth: int, fan_out: int) -> None:
    node.label = label
    if depth == 0:
        return
    for i, child in enumerate(node.init("children", fan_out)):
        _grow(child, f"{label}.{i}", depth - 1, fan_out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} ADDRESS", file=sys.stderr)
        sys.exit(2)
    asyncio.run(capnp.run(Endpoint(sys.argv[1]).serve(Interop)))
