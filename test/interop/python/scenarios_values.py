"""Bytes and structures: what is written in one language is what the other reads."""

from objects import schema
from stage import Scenario, Stage, expect, wait, wait_for_all

VALUES = {
    "bool": False,
    "int8": -(2**7),
    "int16": -(2**15),
    "int32": -(2**31),
    "int64": -(2**63),
    "uint8": 2**8 - 1,
    "uint16": 2**16 - 1,
    "uint32": 2**32 - 1,
    "uint64": 2**64 - 1,
    "float32": -0.5,
    "float64": 1e300,
    "text": "na\u00efve \U0001f680",
    "data": b"\x01\x02\x03",
    "kind": "overloaded",
    "inner": {"text": "inner"},
    "bools": [True, False, True, True, False, False, True, False, True, True, True],
    "int8s": [-1, 0, 127],
    "int16s": [-1, 32767],
    "int32s": [-1, 0, 2**31 - 1],
    "int64s": [-1, 2**63 - 1],
    "uint8s": [0, 255],
    "uint16s": [65535],
    "uint32s": [1, 2**32 - 1],
    "uint64s": [2**64 - 1],
    "float32s": [0.25, -1.5],
    "float64s": [0.1, -0.0, 1e-300],
    "texts": ["", "a", "bb"],
    "datas": [b"", b"data"],
    "kinds": ["unimplemented", "failed"],
    "structs": [{"uint32": 0}, {"uint32": 1}, {"uint32": 2}],
    "lists": [[1, 2], [], [3]],
    "words": {"first": "first", "second": "second"},
}


async def echo_values(stage: Stage) -> None:
    sent = schema.Values.new_message(**VALUES)
    values = (await wait(stage.interop.echoValues(sent))).values
    expect(str(values), str(sent))
    for field, value in VALUES.items():
        if field not in ("inner", "structs"):  # These have other fields, too.
            expect(values.to_dict()[field], value)
    expect(str(values.float64s[1]), "-0.0")
    expect(values.inner.text, "inner")
    expect(values.which(), "words")


async def echo_defaults(stage: Stage) -> None:
    values = (await wait(stage.interop.echoValues(schema.Values.new_message()))).values
    expect(values.bool, True)
    expect(values.int64, -6464646464646464)
    expect(values.uint64, 6464646464646464)
    expect(values.float32, 32.5)
    expect(values.float64, -64.25)
    expect(values.text, "Cap'n")
    expect(values.data, b"\xca\xfe")
    expect(values.kind, "disconnected")
    expect(values.which(), "none")
    expect((values._has("inner"), values._has("structs")), (False, False))


async def echo_empty_blob(stage: Stage) -> None:
    expect((await wait(stage.interop.echo())).blob, b"")


async def large_message(stage: Stage) -> None:
    """Megabytes, in both directions; several frames of the transport each."""
    sent = bytes((i * 7 + i // 256) & 0xFF for i in range(3 * 1024 * 1024 + 5))
    expect((await wait(stage.interop.echo(sent))).blob == sent, True)


async def sixteen_megabytes(stage: Stage) -> None:
    size = 16 * 1024 * 1024
    sent = b"".join(bytes((i * 5 + page) & 0xFF for i in range(256)) * 256 for page in range(size // 65536))
    expect((await wait(stage.interop.echo(sent))).blob == sent, True)


async def large_messages_both_ways(stage: Stage) -> None:
    """Each side must read while it writes, or both wait for ever."""
    sent = [bytes([i]) * (1024 * 1024 + i) for i in range(8)]
    received = await wait_for_all([stage.interop.echo(blob) for blob in sent])
    expect([results.blob == blob for results, blob in zip(received, sent)], [True] * 8)


def count_tree(node, label: str) -> int:
    expect(node.label, label)
    return 1 + sum(count_tree(child, f"{label}.{i}") for i, child in enumerate(node.children))


async def many_segments(stage: Stage) -> None:
    expect(count_tree((await wait(stage.interop.tree(depth=6, fanOut=5))).root, "0"), 19531)


async def many_calls_in_flight(stage: Stage) -> None:
    counter = stage.new_counter()
    results = await wait_for_all([counter.add(1) for _ in range(2000)])
    expect([result.total for result in results], list(range(1, 2001)))


VALUE_SCENARIOS = [
    Scenario("values-of-every-type-come-back", echo_values),
    Scenario("unset-fields-have-their-defaults", echo_defaults),
    Scenario("an-empty-call-is-answered", echo_empty_blob),
    Scenario("a-large-message-comes-back", large_message),
    Scenario("a-tree-of-many-segments-is-read", many_segments),
    Scenario("a-message-of-sixteen-megabytes-comes-back", sixteen_megabytes),
    Scenario("large-messages-cross-in-both-directions", large_messages_both_ways),
    Scenario("two-thousand-calls-in-flight-keep-their-order", many_calls_in_flight),
]
