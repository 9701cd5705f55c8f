@0xe9c74d1b6a02f853;
# What the stories about capabilities inside one process call.

interface Base {
  foo @0 (i :UInt32, j :Bool) -> (x :Text);
  bar @1 ();
  # No server implements it.

  baz @2 (text :Text);
}

interface Extended extends(Base) {
  qux @0 () -> (n :UInt32);
}

interface Sequence {
  next @0 (expected :UInt32) -> (number :UInt32);
  # How many calls came before this one.
}

struct Box {
  cap @0 :Sequence;
  inner @1 :Box;
  label @2 :Text;
  place :group {
    x @3 :UInt32;
    owner @4 :Sequence;
  }
}

interface Maker extends(Sequence) {
  make @0 (label :Text) -> (cap :Sequence, box :Box, any :AnyPointer);
  echo @1 (cap :Sequence) -> (cap :Sequence);
  echoList @2 (caps :List(Sequence)) -> (caps :List(Sequence));
  hold @3 (cap :Sequence);
  getHeld @4 () -> (cap :Sequence);
  callNow @5 (cap :Sequence, expected :UInt32) -> (number :UInt32);
  # Calls cap.next while it runs.

  never @6 (cap :Sequence) -> (cap :Sequence);
  # Returns only when the test says so.

  fail @7 (kind :Text) -> (cap :Sequence);
  tail @8 (to :Maker, label :Text) -> (cap :Sequence, box :Box, any :AnyPointer);
  early @9 () -> (cap :Sequence);
  # Sets its pipeline, and returns when the test says so.

  write @10 (n :UInt32) -> stream;
  finish @11 () -> (total :UInt32);
}
