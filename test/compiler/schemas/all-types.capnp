# Every type there is: as a field, with a default, in a list, in a list of lists.

@0xa7a3d02ae7a5bb1f;

enum Color {
  red @0;
  green @1;
  blue @2;
}

interface Service {}

struct AllTypes {
  # One field of each type.

  voidField @0 :Void;
  boolField @1 :Bool;
  int8Field @2 :Int8;
  int16Field @3 :Int16;
  int32Field @4 :Int32;
  int64Field @5 :Int64;
  uInt8Field @6 :UInt8;
  uInt16Field @7 :UInt16;
  uInt32Field @8 :UInt32;
  uInt64Field @9 :UInt64;
  float32Field @10 :Float32;
  float64Field @11 :Float64;
  textField @12 :Text;
  dataField @13 :Data;
  structField @14 :AllTypes;
  enumField @15 :Color;
  interfaceField @16 :Service;

  voidList @17 :List(Void);
  boolList @18 :List(Bool);
  int8List @19 :List(Int8);
  int16List @20 :List(Int16);
  int32List @21 :List(Int32);
  int64List @22 :List(Int64);
  uInt8List @23 :List(UInt8);
  uInt16List @24 :List(UInt16);
  uInt32List @25 :List(UInt32);
  uInt64List @26 :List(UInt64);
  float32List @27 :List(Float32);
  float64List @28 :List(Float64);
  textList @29 :List(Text);
  dataList @30 :List(Data);
  structList @31 :List(AllTypes);
  enumList @32 :List(Color);
  interfaceList @33 :List(Service);
  listList @34 :List(List(Int32));
  deepList @35 :List(List(List(Text)));

  anyPointerField @36 :AnyPointer;
  anyStructField @37 :AnyStruct;
  anyListField @38 :AnyList;
  capabilityField @39 :Capability;
}

struct Defaults {
  voidField @0 :Void = void;
  boolField @1 :Bool = true;
  int8Field @2 :Int8 = -123;
  int16Field @3 :Int16 = -12345;
  int32Field @4 :Int32 = -12345678;
  int64Field @5 :Int64 = -123456789012345;
  uInt8Field @6 :UInt8 = 234;
  uInt16Field @7 :UInt16 = 45678;
  uInt32Field @8 :UInt32 = 3456789012;
  uInt64Field @9 :UInt64 = 12345678901234567890;
  float32Field @10 :Float32 = 1234.5;
  float64Field @11 :Float64 = -123e45;
  textField @12 :Text = "foo";
  dataField @13 :Data = 0x"62 61 72";
  structField @14 :AllTypes = (
    voidField = void,
    boolField = true,
    int8Field = -12,
    int16Field = 3456,
    int32Field = -78901234,
    int64Field = 56789012345678,
    uInt8Field = 90,
    uInt16Field = 1234,
    uInt32Field = 56789012,
    uInt64Field = 345678901234567890,
    float32Field = -1.25e-10,
    float64Field = 345,
    textField = "baz",
    dataField = "qux",
    structField = (textField = "nested", structField = (textField = "really nested")),
    enumField = blue,
    voidList = [void, void, void],
    boolList = [false, true, false, true, true],
    int8List = [12, -34, -0x80, 0x7f],
    int16List = [1234, -5678, -0x8000, 0x7fff],
    int32List = [12345678, -90123456, -0x80000000, 0x7fffffff],
    int64List = [123456789012345, -678901234567890, -0x8000000000000000, 0x7fffffffffffffff],
    uInt8List = [12, 34, 0, 0xff],
    uInt16List = [1234, 5678, 0, 0xffff],
    uInt32List = [12345678, 90123456, 0, 0xffffffff],
    uInt64List = [123456789012345, 678901234567890, 0, 0xffffffffffffffff],
    float32List = [0, 1234567, 1e37, -1e37, 1e-37, -1e-37],
    float64List = [0, 123456789012345, 1e306, -1e306, 1e-306, -1e-306],
    textList = ["quux", "corge", "grault"],
    dataList = ["garply", 0x"de ad be ef", "fred"],
    structList = [(textField = "x structlist 1"), (textField = "x structlist 2"), ()],
    enumList = [red, blue, green],
    listList = [[1, 2], [], [3]],
    deepList = [[["a"], []], [[]]]
  );
  enumField @15 :Color = green;
  voidList @16 :List(Void) = [void, void, void, void, void, void];
  boolList @17 :List(Bool) = [true, false, false, true, false, false, false, false, true];
  int8List @18 :List(Int8) = [111, -111];
  int16List @19 :List(Int16) = [11111, -11111];
  int32List @20 :List(Int32) = [111111111, -111111111];
  int64List @21 :List(Int64) = [1111111111111111111, -1111111111111111111];
  uInt8List @22 :List(UInt8) = [111, 222];
  uInt16List @23 :List(UInt16) = [33333, 44444];
  uInt32List @24 :List(UInt32) = [3333333333];
  uInt64List @25 :List(UInt64) = [11111111111111111111];
  float32List @26 :List(Float32) = [5555.5, inf, -inf, nan];
  float64List @27 :List(Float64) = [7777.75, inf, -inf, nan];
  textList @28 :List(Text) = ["plugh", "", "xyzzy"];
  dataList @29 :List(Data) = ["oops", "", "rats"];
  structList @30 :List(AllTypes) = [(textField = "structlist 1"), (boolField = true)];
  enumList @31 :List(Color) = [blue, red];
  emptyText @32 :Text = "";
  emptyData @33 :Data = "";
  emptyList @34 :List(Text) = [];
  emptyStruct @35 :AllTypes = ();
  floatInf @36 :Float32 = inf;
  floatMinusInf @37 :Float64 = -inf;
  floatNan @38 :Float64 = nan;
  float32Nan @39 :Float32 = nan;
  floatFromInteger @40 :Float64 = 18446744073709551615;
  floatFromNegative @41 :Float32 = -7;
}

struct UsesDefaults {
  # Literals for a struct whose fields have defaults: the wire holds the difference.
  changed @0 :Defaults = (
    boolField = false,
    int8Field = 1,
    int64Field = 1,
    uInt64Field = 0,
    float32Field = 1234.5,
    float64Field = 0,
    enumField = red,
    textField = "",
    floatNan = 1,
    float32Nan = nan,
    structList = []
  );
  list @1 :List(Defaults) = [(boolField = false), (), (int16Field = 3, textList = ["one"])];
}
