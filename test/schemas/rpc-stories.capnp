@0xd3f1a6c4be0927a5;
# What the step-by-step protocol stories call.

interface Sequence {
  next @0 (expected :UInt32) -> (number :UInt32);
  # How many calls came before this one.
}

interface Friend extends(Sequence) {
  # The one object most stories talk to.

  echo @0 (cap :Sequence) -> (cap :Sequence);
  # Returns what it was given.

  getNull @1 () -> (cap :Sequence);
  hold @2 (cap :Sequence) -> ();
  callHeld @3 (expected :UInt32) -> (number :UInt32);
  getHeld @4 () -> (cap :Sequence);
  make @5 () -> (cap :Sequence, inner :Inner);
  never @6 (cap :Sequence) -> (cap :Sequence);
  # Returns only when cancelled.

  fail @7 (reason :Text) -> (cap :Sequence);
  tail @8 (callee :Callee, number :UInt32) -> Called;
  # Tail-calls callee.called(number).

  neverTail @9 (callee :Callee) -> (cap :Sequence);
  # Tail-calls callee.never().

  promise @10 () -> (cap :Sequence);
  # A capability that is a promise; the story resolves it.

  struct Inner {
    cap @0 :Sequence;
    deeper @1 :Inner;
  }
}

interface Callee {
  called @0 (number :UInt32) -> Called;
  never @1 () -> (cap :Sequence);
}

struct Called {
  number @0 :UInt32;
  text @1 :Text;
  cap @2 :Sequence;
}
