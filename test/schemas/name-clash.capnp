@0xe4c7b0a95d1f3826;
# Names that mean something to TypeScript, to promises, to every object, or to the code that the generator writes itself.

struct Members {
  constructor @0 :Text;
  toObject @1 :Int32;
  then @2 :Text;
  which @3 :Bool;
  delete @4 :Text;
  toString @5 :Text;
  valueOf @6 :Int64;
  hasOwnProperty @7 :Bool;
  ownProperty @8 :Text;
  assign @9 :Members;
  asReader @10 :List(Members);
  toJSON @11 :Text;
  name @12 :Text;
  hasName @13 :Bool;
  initName @14 :Bool;
  value @15 :List(Int8);
  initValue @16 :Text;
  disownValue @17 :Void;
  adoptValue @18 :Void;
  catch @19 :Members;
  finally @20 :Members;
  dup @21 :Members;
  class @22 :UInt8 = 3;
  from @23 :Text;
  init @24 :Text;
  this @25 :Text;
  length @26 :UInt32;
  prototype @27 :Text;
  undefined @28 :Bool;
  orphan @29 :Data;
}

struct Choice {
  union {
    which @0 :Text;
    then @1 :Members;
    constructor :group {
      toString @2 :Text;
      which @3 :Bool;
    }
    case @4 :Void;
    default @5 :UInt8;
  }
}

struct Object {
  promise @0 :Promise;
  reader @1 :Reader;
}

struct Promise {
  object @0 :Object;
  iterable @1 :List(Iterable);
}

struct Reader { bytes @0 :Data; }
struct Builder { reader @0 :Reader; }
struct Client { service @0 :Service; }
struct Iterable { values @0 :List(UInt8); }
struct Uint8Array { values @0 :List(UInt16); }
struct Symbol {}
struct Array { array @0 :List(List(Array)); }
struct Number { not @0 :Float64 = nan; }

enum Keyword {
  default @0;
  constructor @1;
  toString @2;
  names @3;
  length @4;
}

struct Outer {
  struct Reader { reader @0 :Reader; outer @1 :Outer; }
  struct Builder { builder @0 :Builder; }
  struct Init { init @0 :Init; }
  struct Plain {}
  struct Pipeline {}
  struct Outer { outer @0 :Outer; reader @1 :Reader; }
  # The innermost Outer; `reader` is Outer.Reader.

  const name :Text = "a name";
  const id :UInt32 = 7;
  const read :Outer = (outer = ());
  const of :List(UInt8) = [1, 2];

  thing :group {
    outer @0 :Outer;
    inner :group {
      reader @1 :Reader;
    }
  }
  struct Thing { thing @0 :Int8; }

  enum Kind { of @0; }
  kind @2 :Kind;
}

const delete :UInt32 = 1;
const await :Text = "later";
const function :Float64 = nan;
const arguments :List(Text) = ["a"];

interface Service {
  client @0 (client :Client) -> (client :Client);
  dup @1 () -> ();
  then @2 (then :Text) -> (then :Service);
  catch @3 (this :Text) -> (catch :Service, finally :Service, dup :Service);
  constructor @4 () -> (constructor :Service);
  castAs @5 ();
  whenResolved @6 ();
  toString @7 () -> (text :Text);
  delete @8 (params :Text, options :Text, arguments :Text, await :Bool);
  params @9 Members -> Members;

  struct ParamsParams { notTheParams @0 :Bool; }
  struct Client {}
  struct Server {}
}

interface Base {
  name @0 () -> (name :Text);
  run @1 () -> (base :Bool);
}

interface Derived extends(Base) {
  run @0 () -> (derived :Bool);
  # Not Base.run.
}

struct Generic(Generic, Iterable) {
  generic @0 :Generic;
  iterable @1 :Iterable;
  object @2 :Object;

  struct Nested(Generic) {
    generic @0 :Generic;
  }
}
