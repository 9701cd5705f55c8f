"""The schemas the programs speak, loaded at run time as pycapnp does it: no generated code."""

from pathlib import Path

import capnp

_HERE = Path(__file__).parent
# "/capnp/c++.capnp" and the like are in pycapnp's own folder.
_STANDARD = [str(Path(capnp.__file__).parent.parent)]


def _load(path: Path):
    # A parser for each: two schemas may have the same ids.
    return capnp.SchemaParser().load(str(path.resolve()), imports=_STANDARD)


def load_interop():
    return _load(_HERE / "../interop.capnp")


def load_calculator():
    return _load(_HERE / "../../../examples/calculator/calculator.capnp")


def load_rpc():
    """The protocol's own messages, for vats that speak it by hand."""
    return _load(Path(capnp.__file__).parent / "rpc.capnp")


def load_text(path: Path):
    """A schema that a program wrote into a file of its own."""
    return _load(path)
