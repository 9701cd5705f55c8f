@0xc5a2f06bd1e94873;
# What the vats of the randomised runs (test/fuzz) call: one kind of object, one method.

interface Node {
  act @0 (call :UInt32, caps :List(Node)) -> (call :UInt32, a :Node, b :Node, inner :Caps);
  # `call` says which call of the shadow graph this is, and so what the object does.

  plain @1 (call :UInt32) -> (call :UInt32);
  # Its results hold no capability: generated code sets noPromisePipelining.

  stream @2 (call :UInt32) -> stream;
}

struct Caps {
  a @0 :Node;
  b @1 :Node;
  inner @2 :Caps;
}
