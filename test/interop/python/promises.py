"""Two things pycapnp has no function for, made of what it has: a capability that is still a promise, and a failure of
another kind than FAILED.

A promise is what a pipelined call gives: here the call is to a local object that answers when the promise is decided. A
failure's kind is lost when it becomes a Python exception, which is FAILED for the peer whatever it was; so whoever must
fail otherwise is no Python object, but a capability of a vat that answers every call in protocol messages of its own.
"""

import asyncio
import socket
from contextlib import suppress

import capnp

from objects import schema
from schemas import load_rpc

_rpc = load_rpc()


def new_promise():
    """A Sequence that is not known yet, and who says what it is."""
    decision = asyncio.get_running_loop().create_future()
    # The call goes on for as long as somebody holds the sequence.
    return schema.Interop._new_client(_Decider(decision)).newSequence().sequence, Fulfiller(decision)


class Fulfiller:
    """The first `resolve` or `reject` decides; another raises ValueError."""

    def __init__(self, decision: asyncio.Future):
        self._decision = decision

    def resolve(self, sequence) -> None:
        async def end(context):
            context.results.sequence = sequence

        self._decide(end)

    async def reject(self, kind: str, reason: str) -> None:
        refusing = await make_refusing(kind, reason, schema.Interop)

        async def end(context):
            await context.tail_call(refusing.newSequence_request())

        self._decide(end)

    def _decide(self, end) -> None:
        if self._decision.done():
            raise ValueError("the promise is already decided")
        self._decision.set_result(end)


class _Decider(schema.Interop.Server):
    def __init__(self, decision: asyncio.Future):
        self._decision = decision

    async def newSequence_context(self, context):
        end = await self._decision
        await end(context)


async def make_refusing(kind: str, reason: str, interface):
    """A capability that fails each call with `kind`, an exception's type in rpc.capnp, and `reason`."""
    here, there = socket.socketpair()
    task = asyncio.create_task(_refuse(await capnp.AsyncIoStream.create_connection(sock=there), kind, reason))
    _refusers.add(task)
    task.add_done_callback(_refusers.discard)
    client = capnp.TwoPartyClient(await capnp.AsyncIoStream.create_connection(sock=here))
    return client.bootstrap().cast_as(interface)


# The event loop holds its tasks weakly.
_refusers = set()


async def _refuse(stream, kind: str, reason: str) -> None:
    """A vat that has one object, and for it one answer. Ends with its connection."""
    with suppress(capnp.KjException):
        while (message := await _rpc.Message.read_async(stream)) is not None:
            answer = _rpc.Message.new_message()
            returned = answer.init("return")
            which = message.which()
            if which == "bootstrap":
                returned.answerId = message.bootstrap.questionId
                results = returned.init("results")
                # Any capability will do: it is written as a pointer to the first row of the table.
                results.content = schema.Interop._new_client(schema.Interop.Server())
                results.init("capTable", 1)[0].senderHosted = 0
            elif which == "call":
                returned.answerId = message.call.questionId
                exception = returned.init("exception")
                exception.type = kind
                exception.reason = reason
            else:
                continue  # A Finish or a Release: there is nothing to give back.
            await answer.write_async(stream)
