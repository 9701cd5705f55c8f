@0xf2912b388c58e4b2;
# What the interoperability proof calls. The C++ programs of cpp/ and the TypeScript suites both serve `Interop` and both
# run the same scenarios against it, so every line crosses between languages in both directions.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("interop");

interface Interop {
  # The bootstrap object. Its counts (`activity`) cover this object only; each connection gets one of its own.

  # Values

  echo @0 (blob :Data) -> (blob :Data);
  echoValues @1 (values :Values) -> (values :Values);
  # Both return what they were given, copied into the results.

  tree @2 (depth :UInt32, fanOut :UInt32) -> (root :Tree);
  # A tree big enough to need several segments: node `label` is its path from the root, "0.2.1".

  # Objects

  newCounter @3 (start :Int64) -> (counter :Counter);
  newCounters @4 (count :UInt32) -> (counters :List(Counter));
  # Counter i starts at i.

  sumCounters @5 (counters :List(Counter)) -> (total :Int64);
  # Calls each counter; a null one counts as 0.

  nest @6 (depth :UInt32) -> (box :Box);
  # `depth` boxes inside each other, each with a counter that starts at its depth (the outermost 0) in both places.

  notify @7 (listener :Listener, times :UInt32) -> (answers :List(Text));
  # Calls `listener.heard(i)` with i = 0, 1, …, each after the answer to the one before.

  hold @8 (counter :Counter) -> ();
  held @9 () -> (counter :Counter);
  callHeld @10 (amount :Int64) -> (total :Int64);
  letGo @11 () -> ();
  # Keep one capability, give it back, call it, drop it.

  nothing @12 (counter :Counter) -> (isNull :Bool, counter :Counter);
  # Whether the given capability is null; always returns a null one.

  anything @13 (object :AnyPointer) -> (object :AnyPointer);
  # Returns what it was given, whatever that is; a capability comes back as the same object.

  # Promises and order

  reflect @14 (sequence :Sequence) -> (sequence :Sequence);
  # Returns the caller's own object. Calls made on the result before it arrives travel here and back.

  newPromise @15 () -> (sequence :Sequence, resolver :Resolver);
  # A capability that is a promise until the resolver says what it is.

  newSequence @16 () -> (sequence :Sequence);

  drive @17 (sequence :Sequence, before :UInt32, during :UInt32, after :UInt32, listener :Listener) -> (numbers :List(UInt32));
  # Makes `before` calls on `sequence`, calls `listener.heard(before)` and makes `during` more calls, all without waiting. When
  # `sequence` has resolved makes `after` calls. Returns what each call returned, in the order the calls were made.

  # Calls

  tail @18 (callee :Callee, number :Int32) -> Called;
  # Tail-calls `callee.called(number)`.

  tailLocal @19 (number :Int32) -> Called;
  # Tail-calls an object of this vat.

  early @20 (gate :Listener) -> (counter :Counter);
  # Lets the caller use `counter` (start 100) at once, but returns only when `gate.heard(0)` has returned.

  hang @21 (counter :Counter) -> ();
  # Never returns. Ends only when the caller cancels.

  fail @22 (kind :Kind, reason :Text) -> (counter :Counter);
  # Fails with this kind and reason.

  relay @23 (listener :Listener) -> (answer :Text);
  # Calls `listener.heard(0)`; its failure is this call's failure, and cancelling this call cancels that one.

  newSink @24 () -> (sink :Sink);

  activity @25 () -> Activity;

  newGatedSink @26 (gate :Listener) -> (sink :Sink);
  # Works off its writes one after the other; the first ends only when `gate.heard(0)` has returned.
}

struct Values {
  void @0 :Void;
  bool @1 :Bool = true;
  int8 @2 :Int8 = -8;
  int16 @3 :Int16 = -1616;
  int32 @4 :Int32 = -32323232;
  int64 @5 :Int64 = -6464646464646464;
  uint8 @6 :UInt8 = 8;
  uint16 @7 :UInt16 = 1616;
  uint32 @8 :UInt32 = 32323232;
  uint64 @9 :UInt64 = 6464646464646464;
  float32 @10 :Float32 = 32.5;
  float64 @11 :Float64 = -64.25;
  text @12 :Text = "Cap'n";
  data @13 :Data = 0x"ca fe";
  kind @14 :Kind = disconnected;
  inner @15 :Values;
  bools @16 :List(Bool);
  int8s @17 :List(Int8);
  int16s @18 :List(Int16);
  int32s @19 :List(Int32);
  int64s @20 :List(Int64);
  uint8s @21 :List(UInt8);
  uint16s @22 :List(UInt16);
  uint32s @23 :List(UInt32);
  uint64s @24 :List(UInt64);
  float32s @25 :List(Float32);
  float64s @26 :List(Float64);
  texts @27 :List(Text);
  datas @28 :List(Data);
  kinds @29 :List(Kind);
  structs @30 :List(Values);
  lists @31 :List(List(Int32));
  union {
    none @32 :Void;
    number @33 :Float64;
    words :group {
      first @34 :Text;
      second @35 :Text;
    }
  }
}

struct Tree {
  label @0 :Text;
  children @1 :List(Tree);
}

struct Box {
  inner @0 :Box;
  content :group {
    counter @1 :Counter;
    label @2 :Text;
  }
  untyped @3 :AnyPointer;
  # The same counter, seen without its type.
}

enum Kind {
  failed @0;
  overloaded @1;
  disconnected @2;
  unimplemented @3;
}

interface Counter {
  add @0 (amount :Int64) -> (total :Int64);
  # Adds and says the total after it.

  next @1 (amount :Int64) -> (counter :Counter);
  # Another counter, at this one's total plus `amount`. Made to be chained.
}

interface ResettableCounter extends(Counter) {
  reset @0 () -> (total :Int64);
  # Goes back to 0 and says the total before it. Every counter of `newCounter` is one of these.
}

interface Listener {
  heard @0 (number :UInt32) -> (answer :Text);
}

interface Sequence {
  # An object that notices when calls arrive out of order.

  next @0 (expected :UInt32) -> (number :UInt32);
  # How many calls came before this one. `expected` is what the caller believes; a different number is remembered.

  state @1 () -> (count :UInt32, misplaced :UInt32);
  # Calls of `next` so far, and how many of them came at another place than expected.
}

interface Resolver {
  resolve @0 (sequence :Sequence) -> ();
  reject @1 (kind :Kind, reason :Text) -> ();
  # The first of these decides; another is an error.
}

interface Callee {
  called @0 (number :Int32) -> Called;
}

struct Called {
  number @0 :Int32;
  by @1 :Text;
  # Says which vat ran the callee: "server" or "client".
  sequence @2 :Sequence;
}

interface Sink {
  write @0 (bytes :Data) -> stream;
  done @1 () -> (byteCount :UInt64, writes :UInt32);
  # What `write` received. Fails if one of the writes failed: a write of nothing does.
}

struct Activity {
  liveCounters @0 :UInt32;
  # Counters of `newCounter`, `newCounters`, `next` and `nest` that somebody still holds.
  liveSequences @1 :UInt32;
  # Sequences of `newSequence` and of tail calls, likewise.
  hanging @2 :UInt32;
  cancelled @3 :UInt32;
  # Calls of `hang` that run, and that ended because the caller cancelled them.
}
