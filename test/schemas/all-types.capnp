@0xc9a1d3f0b2e48571;
# Every type a field can have, without and with a default, alone, in lists, groups and unions.

enum Color {
  # What things look like.

  red @0;
  # Like blood.

  green @1;
  blue @2;
}

struct Scalars {
  void @0 :Void;
  bool @1 :Bool;
  int8 @2 :Int8;
  int16 @3 :Int16;
  int32 @4 :Int32;
  int64 @5 :Int64;
  uint8 @6 :UInt8;
  uint16 @7 :UInt16;
  uint32 @8 :UInt32;
  uint64 @9 :UInt64;
  float32 @10 :Float32;
  float64 @11 :Float64;
  color @12 :Color;
}

struct Defaults {
  bool @0 :Bool = true;
  int8 @1 :Int8 = -123;
  int16 @2 :Int16 = -12345;
  int32 @3 :Int32 = -12345678;
  int64 @4 :Int64 = -123456789012345;
  uint8 @5 :UInt8 = 234;
  uint16 @6 :UInt16 = 45678;
  uint32 @7 :UInt32 = 3456789012;
  uint64 @8 :UInt64 = 12345678901234567890;
  float32 @9 :Float32 = 1234.5;
  float64 @10 :Float64 = -123e45;
  nan @11 :Float64 = nan;
  infinity @12 :Float32 = -inf;
  color @13 :Color = blue;
  text @14 :Text = "foo \"bar\" \n ☃";
  data @15 :Data = 0x"62 61 7a 00 ff";
  point @16 :Point = (x = 1, y = -2, name = "corner");
  numbers @17 :List(Int32) = [1, -2, 3];
  bools @18 :List(Bool) = [true, false, true];
  texts @19 :List(Text) = ["plugh", "xyzzy", "thud"];
  points @20 :List(Point) = [(x = 3), (x = 4, name = "four")];
  colors @21 :List(Color) = [green, red];
}

struct Point {
  x @0 :Int32;
  y @1 :Int32;
  name @2 :Text;
}

struct Pointers {
  text @0 :Text;
  data @1 :Data;
  point @2 :Point;
  self @3 :Pointers;
  any @4 :AnyPointer;
  anyStruct @5 :AnyStruct;
  anyList @6 :AnyList;
  greeter @7 :Greeter;
  capability @8 :Capability;
}

interface Greeter {
  greet @0 (name :Text) -> (greeting :Text);
}

struct Lists {
  voids @0 :List(Void);
  bools @1 :List(Bool);
  int8s @2 :List(Int8);
  int16s @3 :List(Int16);
  int32s @4 :List(Int32);
  int64s @5 :List(Int64);
  uint8s @6 :List(UInt8);
  uint16s @7 :List(UInt16);
  uint32s @8 :List(UInt32);
  uint64s @9 :List(UInt64);
  float32s @10 :List(Float32);
  float64s @11 :List(Float64);
  colors @12 :List(Color);
  texts @13 :List(Text);
  datas @14 :List(Data);
  points @15 :List(Point);
  matrix @16 :List(List(Float64));
  colorLists @17 :List(List(Color));
  pointLists @18 :List(List(Point));
  greeters @19 :List(Greeter);
}

struct Shape {
  # A union beside other fields.

  name @0 :Text;

  union {
    circle @1 :Float64;
    # Its radius.

    square @2 :Float64;
    polygon @3 :List(Point);
    label @4 :Text;
    inner @5 :Shape;
    box :group {
      width @6 :Float64;
      height @7 :Float64;
    }
    nothing @8 :Void;
    color @9 :Color = green;
  }

  filled @10 :Bool;
}

struct Person {
  name @0 :Text;

  address :group {
    street @1 :Text;
    number @2 :UInt16 = 1;
    geo :group {
      latitude @3 :Float64;
      longitude @4 :Float64;
    }
  }

  employment :union {
    unemployed @5 :Void;
    employer @6 :Text;
    school :group {
      title @7 :Text;
      year @8 :Int32;
    }
  }

  struct Note {
    text @0 :Text;

    enum Mood { happy @0; sad @1; }
    mood @1 :Mood;
  }
  notes @9 :List(Note);
}
