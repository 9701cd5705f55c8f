# What C++ 0.9 rejects, and later versions, or only capwire, accept.

@0xc2e6a8f4d0b91375;

struct Point {
  x @0 :Int32 = 5;
  y @1 :Int32;
}

struct Named {
  name @0 :Text;
  kind @1 :Kind;
}

enum Kind {
  plain @0;
  fancy @1;
}

struct Chosen {
  union {
    text @0 :Text;
    number @1 :UInt8;
  }
  part :group {
    size @2 :UInt16 = 3;
    unit @3 :Text;
  }
  kinds @4 :Kinds;
}

struct Kinds {
  first @0 :Kind;
}

# One value stands for a struct: that of its first field.
const point :Point = 7;
const named :Named = "it";
const chosen :Chosen = "text";
const group :Chosen = (part = 9);
const kinds :Chosen = (kinds = fancy);
const points :List(Point) = [1, (y = 2), .seven];
const seven :Int16 = 7;

const lines :Text =
    `A line as it is, with "quotes" and \backslashes\.
    `
    `  Indented, ` after a backtick.
    ;

const tight :Int8 =-1;

struct Lists(T, U) {
  first @0 :List(T);
  second @1 :List(U);
  nested @2 :List(List(T));
  capabilities @3 :List(Capability);
  rooted @4 :.Point $.mark("rooted");
  bound @5 :Box(AnyStruct);
  list @6 :Box(AnyList);
  capability @7 :Box(Capability);
}

struct Box(T) {
  value @0 :T;
}

const boundList :Lists(Text, Data) = (first = ["a"], second = ["b"], nested = [["c"]]);

annotation mark (field, annotation) :Text $mark("itself");

struct Pointers {
  any @0 :AnyPointer;
  anyStruct @1 :AnyStruct;
  anyList @2 :AnyList;
}

const pointers :Pointers = (any = .point, anyStruct = .named, anyList = .points);
