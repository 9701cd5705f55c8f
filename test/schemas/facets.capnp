@0xf0d3a9175b6c2e41;
# What the stories about membranes, facets, reconnection and saved references call.

using Persistent = import "/capnp/persistent.capnp".Persistent;

interface Thing {
  # Says where it lives.

  passThrough @0 () -> (text :Text);
  intercept @1 () -> (text :Text);
}

interface Domain {
  # The object at the gate of an inside or an outside.

  makeThing @0 () -> (thing :Thing);
  callPassThrough @1 (thing :Thing, tail :Bool) -> (text :Text);
  callIntercept @2 (thing :Thing, tail :Bool) -> (text :Text);
  loopback @3 (thing :Thing) -> (thing :Thing);
  list @4 (things :List(Thing)) -> (things :List(Thing), any :AnyPointer);
  never @5 (thing :Thing) -> (thing :Thing);
  same @6 (a :Thing, b :Thing) -> (same :Bool);
}

interface Counter extends(Persistent(Data, Text)) {
  # Can be saved.

  increment @0 () -> (value :UInt32);
}

interface Vault {
  # Bootstrap of the stories about saved references.

  create @0 (name :Text) -> (counter :Counter);
  restore @1 (ref :Data) -> (counter :Counter);
}
