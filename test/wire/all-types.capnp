@0xd1b6f1d2c7a3e805;
# Every type of field, with and without a default. all-types.ts knows the layout.

enum Color { red @0; green @1; blue @2; }

struct Small { number @0 :UInt16; text @1 :Text; }

struct AllTypes {
  flag @0 :Bool;
  int8 @1 :Int8;
  int16 @2 :Int16;
  int32 @3 :Int32;
  int64 @4 :Int64;
  uint8 @5 :UInt8;
  uint16 @6 :UInt16;
  uint32 @7 :UInt32;
  uint64 @8 :UInt64;
  float32 @9 :Float32;
  float64 @10 :Float64;
  color @11 :Color;
  text @12 :Text;
  data @13 :Data;
  small @14 :Small;
  flags @15 :List(Bool);
  int8s @16 :List(Int8);
  int16s @17 :List(Int16);
  int32s @18 :List(Int32);
  int64s @19 :List(Int64);
  uint8s @20 :List(UInt8);
  uint16s @21 :List(UInt16);
  uint32s @22 :List(UInt32);
  uint64s @23 :List(UInt64);
  float32s @24 :List(Float32);
  float64s @25 :List(Float64);
  colors @26 :List(Color);
  texts @27 :List(Text);
  datas @28 :List(Data);
  smalls @29 :List(Small);
  lists @30 :List(List(Int32));
  voids @31 :List(Void);
}

struct Defaults {
  flag @0 :Bool = true;
  int8 @1 :Int8 = -8;
  int16 @2 :Int16 = -1600;
  int32 @3 :Int32 = -320000;
  int64 @4 :Int64 = -64000000000;
  uint8 @5 :UInt8 = 200;
  uint16 @6 :UInt16 = 60000;
  uint32 @7 :UInt32 = 4000000000;
  uint64 @8 :UInt64 = 18000000000000000000;
  float32 @9 :Float32 = 1.5;
  float64 @10 :Float64 = -2.25;
  color @11 :Color = blue;
  text @12 :Text = "hello";
  notANumber @13 :Float32 = nan;
  infinite @14 :Float64 = -inf;
}
