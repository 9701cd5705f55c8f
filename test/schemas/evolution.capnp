@0xa6e0f5c2d91b7384;
# Two versions of each schema: what may change without breaking data, by the rules of "Evolving Your Protocol".

struct OldPerson {
  id @0 :UInt32;
  name @1 :Text;
  level @2 :OldLevel;
  numbers @3 :List(Int32);
  names @4 :List(Text);
  blobs @5 :List(Data);
  bytes @6 :Data;
  home @7 :OldPlace;
  places @8 :List(OldPlace);
  contact @9 :Text;
  nothing @10 :List(Void);
  extra @11 :OldPlace;
  longs @12 :List(UInt64);
}

enum OldLevel { low @0; high @1; }

struct OldPlace {
  x @0 :Int16;
  kind :union {
    here @1 :Void;
    there @2 :Float32;
  }
}

struct NewPerson {
  number @0 :UInt32;
  # Renamed.
  fullName @1 :Text;
  level @2 :NewLevel;
  # With one more enumerant.
  numbers @3 :List(NewNumber);
  # Elements became structs.
  names @4 :List(NewName);
  blobs @5 :List(NewBlob);
  bytes @6 :List(UInt8);
  # Data is a list of bytes.
  home @7 :NewPlace;
  places @8 :List(NewPlace);
  union {
    # A field moved into a new union.
    contact @9 :Text;
    phone @13 :UInt64;
  }
  nothing @10 :List(NewNothing);
  extra @11 :AnyPointer;
  longs @12 :List(NewLong);
  ratio @14 :Float64 = 0.25;
  # Added, with a default.
  flag @15 :Bool = true;
  tags @16 :List(Text) = ["new"];
  box @17 :NewBox(Text);
}

enum NewLevel { low @0; high @1; highest @2; }

struct NewNumber {
  value @0 :Int32;
  unit @1 :Text = "m";
}

struct NewName {
  text @0 :Text;
  weight @1 :Float32 = 1;
}

struct NewBlob {
  bytes @0 :Data;
}

struct NewNothing {
  something @0 :UInt8 = 7;
}

struct NewLong {
  value @0 :UInt64;
  more @1 :UInt64 = 99;
}

struct NewPlace {
  x @0 :Int16;
  kind :union {
    here @1 :Void;
    there @2 :Float32;
    elsewhere :group {
      # A union with one more member.
      name @3 :Text;
      distance @4 :Int64;
    }
  }
  y @5 :Int16 = -1;
}

struct NewBox(T) {
  value @0 :T;
}

struct OldBox {
  # Became generic.
  value @0 :Text;
  count @1 :UInt16 = 5;
}

struct CountedBox(T) {
  value @0 :T;
  count @1 :UInt16 = 5;
  others @2 :CountedBox(T);
}

struct OldEmpty {}

struct NewEmpty {
  value @0 :Int32 = 3;
  text @1 :Text = "some";
}
