"""pycapnp as the judge of our messages.

Reads requests from standard input, one JSON object a line, and answers each with a line: what it asked for, or {"error": …} with what
pycapnp said. Values travel tagged, so that nothing is lost on the way: ["int", "5"], ["float", bits in hex, or "nan"], ["text", …],
["data", hex], ["list", […]], ["struct", {…}]; None and booleans as they are.
"""

import base64
import json
import os
import struct
import sys
import tempfile

import capnp

capnp.remove_import_hook()

FOLDER = sys.argv[1]
modules = {}


def module(schema):
    if schema not in modules:
        modules[schema] = capnp.load(os.path.join(FOLDER, schema), imports=[FOLDER])
    return modules[schema]


def type_of(request):
    found = module(request["schema"])
    for name in request["type"].split("."):
        found = getattr(found, name)
    return found


def tagged(value):
    """What to_dict gives, with tags."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", "nan" if value != value else struct.pack(">d", value).hex()]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, bytes):
        return ["data", value.hex()]
    if isinstance(value, list):
        return ["list", [tagged(each) for each in value]]
    if isinstance(value, dict):
        return ["struct", {name: tagged(each) for name, each in value.items()}]
    raise TypeError(f"to_dict gave a {type(value)}")


def untagged(value):
    """What from_dict takes."""
    if value is None or isinstance(value, bool):
        return value
    tag, content = value
    if tag == "int":
        return int(content)
    if tag == "float":
        return float("nan") if content == "nan" else struct.unpack(">d", bytes.fromhex(content))[0]
    if tag == "data":
        return bytes.fromhex(content)
    if tag == "list":
        return [untagged(each) for each in content]
    if tag == "struct":
        return {name: untagged(each) for name, each in content.items()}
    return content


def shown(reader, text_only=False):
    return {"value": None if text_only else tagged(reader.to_dict()), "text": str(reader)}


def in_file(data):
    file = tempfile.TemporaryFile()
    file.write(data)
    file.seek(0)
    return file


def read(request):
    """Every message of "bytes", which are of the form "form"."""
    kind = type_of(request)
    form = request["form"]
    limits = request.get("limits", {})
    if form == "segments":
        segments = [base64.b64decode(each) for each in request["segments"]]
        return {"messages": [shown(kind.from_segments(segments, **limits))]}
    data = base64.b64decode(request["bytes"])
    if form == "binary":
        with kind.from_bytes(data, **limits) as reader:
            return {"messages": [shown(reader)]}
    if form == "packed":
        return {"messages": [shown(kind.from_bytes_packed(data, **limits))]}
    if form == "binary stream":
        text_only = request.get("textOnly", False)
        return {"messages": [shown(each, text_only) for each in kind.read_multiple_bytes(data, **limits)]}
    if form == "packed stream":
        return {"messages": [shown(each) for each in kind.read_multiple_bytes_packed(data, **limits)]}
    with in_file(data) as file:
        if form == "binary file":
            return {"messages": [shown(each) for each in kind.read_multiple(file, **limits)]}
        return {"messages": [shown(each) for each in kind.read_multiple_packed(file, **limits)]}


def build(request):
    """Messages made of "values", in the form "form"."""
    kind = type_of(request)
    form = request["form"]
    messages = []
    for value in request["values"]:
        message = kind.new_message(num_first_segment_words=request.get("firstSegmentWords"))
        message.from_dict(untagged(value))
        messages.append(message)
    if form == "segments":
        return {"segments": [base64.b64encode(each).decode() for each in messages[0].to_segments()]}
    if form in ("binary", "packed"):
        written = [each.to_bytes() if form == "binary" else each.to_bytes_packed() for each in messages]
        return {"bytes": base64.b64encode(b"".join(written)).decode()}
    with tempfile.TemporaryFile() as file:
        for each in messages:
            if form == "binary file":
                each.write(file)
            else:
                each.write_packed(file)
        file.seek(0)
        return {"bytes": base64.b64encode(file.read()).decode()}


def anything(request):
    """The AnyPointer "field" of the message, read as "as": text, a struct's name, or List(…)."""
    with type_of(request).from_bytes(base64.b64decode(request["bytes"])) as reader:
        pointer = getattr(reader, request["field"])
        what = request["as"]
        if what == "text":
            return {"value": tagged(pointer.as_text())}
        if what == "List(Int32)":
            return {"value": tagged(list(pointer.as_list(capnp._ListSchema(capnp.types.Int32))))}
        return {"value": tagged(pointer.as_struct(getattr(module(request["schema"]), what)).to_dict())}


def load_nodes(request):
    """Loads the nodes of the CodeGeneratorRequest "request"; says what each is, and reads "messages" as struct "id" by them alone."""
    package = os.path.dirname(capnp.__file__)
    own = capnp.load(os.path.join(package, "schema.capnp"), imports=[os.path.dirname(package)])
    loader = capnp.SchemaLoader()
    with own.CodeGeneratorRequest.from_bytes(base64.b64decode(request["request"]), 1 << 40) as reader:
        loaded = [loader.load_dynamic(node) for node in reader.nodes]
    kind = capnp._StructModule(loader.get(int(request["id"])).as_struct(), request["type"])
    data = base64.b64decode(request["bytes"])
    return {
        "nodes": [[str(each.node.id), each.node.displayName, str(each.node.which())] for each in loaded],
        "messages": [shown(each) for each in kind.read_multiple_bytes(data)],
    }


ACTIONS = {"read": read, "build": build, "anything": anything, "load nodes": load_nodes}

for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = ACTIONS[request["do"]](request)
    except Exception as error:  # what pycapnp throws is an answer, too
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply))
