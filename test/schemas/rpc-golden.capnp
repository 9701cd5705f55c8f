@0xc3a15e0d97b2f846;
# Interfaces of the shapes that the C++ implementation's RPC tests use, so that the same stories give the same messages: pointer indices
# and which results hold capabilities are what matters.

interface Root {
  foo @0 (i :UInt32, j :Bool) -> (x :Text);
  bar @1 () -> ();
  baz @2 (text :Text);
  pipeline @3 () -> (cap :Pipeline);
  tailCaller @4 () -> (cap :TailCaller);
  more @5 () -> (cap :More);
}

interface Order {
  next @0 (expected :UInt32) -> (n :UInt32);
}

interface Pipeline {
  getCap @0 (n :UInt32, inCap :Root) -> (s :Text, outBox :Box);
  getCapPipelineOnly @1 () -> (outBox :Box);

  struct Box {
    cap @0 :Root;
  }
}

struct TailResult {
  i @0 :UInt32;
  t @1 :Text;
  c @2 :Order;
}

interface TailCallee {
  foo @0 (i :Int32, t :Text) -> TailResult;
}

interface TailCaller {
  foo @0 (i :Int32, callee :TailCallee) -> TailResult;
}

interface More extends(Order) {
  callFoo @0 (cap :Root) -> (s :Text);
  callFooWhenResolved @1 (cap :Root) -> (s :Text);
  hold @2 (cap :Root);
  callHeld @3 () -> (s :Text);
  getHeld @4 () -> (cap :Root);
  echo @5 (cap :Order) -> (cap :Order);
  echoLater @6 (cap :Order) -> (cap :Order);
  # Returns a promise for what it was given.

  never @7 (cap :Root) -> (cap :Root);
  getHandle @8 () -> (handle :Order);
  getNull @9 () -> (cap :Order);
  fail @10 () -> ();
}
