# Every way to write a value.

@0xd3f4a1c9be52e677;

const decimal :Int32 = 1234567;
const zero :Int32 = 0;
const hex :UInt32 = 0xDEADbeef;
const octal :UInt16 = 0777;
const minimum :Int64 = -9223372036854775808;
const maximum :UInt64 = 18446744073709551615;
const negativeHex :Int8 = -0x80;
const minusZero :Float64 = -0.0;
const minusIntegerZero :Float64 = -0;

const float :Float64 = 3.14159265358979;
const trailingPoint :Float64 = 1.;
const exponent :Float64 = 6.02e23;
const upperExponent :Float32 = 1E+10;
const negativeExponent :Float32 = -25e-3;
const subnormal :Float64 = 5e-324;
const huge :Float64 = 1.7976931348623157e308;
const rounded :Float32 = 0.1;
const infinite :Float32 = inf;
const minusInfinite :Float64 = -inf;
const notANumber :Float32 = nan;

const yes :Bool = true;
const no :Bool = false;
const nothing :Void = void;

const text :Text = "plain";
const empty :Text = "";
const escapes :Text = "bell\a back\b feed\f line\n return\r tab\t vertical\v single\' double\" backslash\\ question\?";
const numericEscapes :Text = "\x41\x7a \101\60\7 end";
const utf8 :Text = "Grüße, 世界, 🌍";
const escapedUtf8 :Text = "\xc3\xbc";
const adjacent :Text = "one " "two "
    "three";
const parenthesized :Text = ("in parentheses");

const data :Data = 0x"00 01 fe ff";
const tightData :Data = 0x"0001feff";
const spacedData :Data = 0x"
    de ad
    be ef
  ";
const dataFromText :Data = "bytes \xff\x00\x80";

const list :List(Int16) = [1, -2, 0x3, 04,];
const lists :List(List(Text)) = [["a", "b"], [], ["c"]];

struct Point {
  x @0 :Int32;
  y @1 :Int32 = 5;
  label :group {
    text @2 :Text;
    size @3 :UInt8 = 12;
  }
  union {
    plain @4 :Void;
    shaded @5 :UInt8;
    filled :group {
      color @6 :Text;
      opacity @7 :Float32 = 1;
    }
  }
}

const point :Point = (x = 1, y = 2, label = (text = "p", size = 12), shaded = 3,);
const defaulted :Point = ();
const filled :Point = (filled = (color = "red", opacity = 0.5), x = -1);
const plain :Point = (plain = void);
const points :List(Point) = [(x = 1), (y = 7, label = (size = 0)), (filled = ())];
