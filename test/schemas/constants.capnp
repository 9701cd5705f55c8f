@0xa7d90c3e52b1f684;
# Constants of every type, at the top of the file and inside declarations.

using Types = import "all-types.capnp";

const aBool :Bool = true;
const anInt8 :Int8 = -128;
const anInt64 :Int64 = -0x7fffffffffffffff;
const aUint64 :UInt64 = 0xffffffffffffffff;
const aFloat32 :Float32 = 0.25;
const aFloat64 :Float64 = -1e308;
const notANumber :Float64 = nan;
const negativeInfinity :Float64 = -inf;
const aText :Text = "line\nline \"quoted\" \\ ☃ */";
const someData :Data = 0x"00 ff 10";
const aColor :Types.Color = green;
const aPoint :Types.Point = (x = 1, y = 2, name = .aText);
const someInts :List(Int16) = [1, -2, 300];
const somePoints :List(Types.Point) = [(x = 1), .aPoint];
const someTexts :List(Text) = ["a", .aText];
const nothing :Void = void;
const aMatrix :List(List(Float32)) = [[1, 2], [], [3]];
const aShape :Types.Shape = (name = "box", box = (width = 2, height = 3));

struct Holder {
  const limit :UInt32 = 100;
  const origin :Types.Point = (x = 0, y = 0, name = "origin");
  struct Inner {
    const depth :Int32 = -2;
  }
  value @0 :UInt32 = .Holder.limit;
}

interface Service {
  const timeout :UInt64 = 5000;
  ping @0 ();
}
