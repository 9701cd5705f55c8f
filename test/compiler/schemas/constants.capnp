# Constants, and values made of other constants.

@0xb4c8d2f09e1a7653;

using Other = import "imports/shared.capnp";
using Literals = import "literals.capnp";

const base :Int32 = 42;
const same :Int32 = .base;
const wider :Int64 = .base;
const floating :Float64 = .base;
const greeting :Text = "hello";

struct Scope {
  const inner :UInt16 = 7;
  const text :Text = .greeting;
  const list :List(Int32) = [.base, .same, 3];

  struct Deeper {
    const value :UInt16 = Scope.inner;
    field @0 :UInt16 = Scope.inner;
    pointer @1 :Text = .greeting;
  }

  value @0 :Int32 = .base;
  name @1 :Text = Scope.text;
  numbers @2 :List(Int32) = Scope.list;
  nested @3 :Deeper = (field = 9, pointer = "override");
  shared @4 :Other.Shared = Other.sharedDefault;
}

interface Limits {
  const most :UInt32 = 100;
}

const whole :Scope = (value = 1, name = .greeting, numbers = [.base, 2], nested = .deeper);
const deeper :Scope.Deeper = (field = Scope.Deeper.value);
const scopes :List(Scope) = [.whole, (), .whole];
const imported :Int32 = Other.number;
const throughImport :Int32 = import "imports/shared.capnp".number;
const fromPoint :Literals.Point = Literals.point;
const limit :UInt32 = Limits.most;

annotation unused (const) :List(Scope);
const annotated :Void = void $unused([.whole, (value = 3)]);

struct Pointers {
  any @0 :AnyPointer;
  anyStruct @1 :AnyStruct;
  anyList @2 :AnyList;
}

const embeddedData :Data = embed "imports/embedded.txt";
const embeddedText :Text = embed "imports/embedded.txt";
const embeddedStruct :Literals.Point = embed "imports/point.bin";

struct UsesEmbed {
  data @0 :Data = embed "imports/embedded.txt";
}
