/** Messages of many kinds in text form, with their schemas below test/schemas: every type, list encoding, kind of default, union and brand. */

export interface Sample {
  readonly schema: string;
  readonly type: string;
  readonly text: string;
  /** What the C++ tool gets wrong about it. What capwire makes of it there must convert back to the same. */
  readonly defect?: Defect;
}

export interface Defect {
  /** Matches the conversions, `json:text` say. */
  readonly conversions: RegExp;
  readonly reason: string;
}

const ENDLESS_HANDLERS: Defect = {
  conversions: /json/,
  reason:
    "Box(T) has a field of Box(Box(T)); capnp makes a JSON handler for each of endless many, and overflows its stack",
};
const HEX_LETTERS: Defect = {
  conversions: /^json:/,
  reason: "capnp 0.9.2 takes the letters of hexadecimal digits for 0 to 5 when it reads \\u000b (mended in 1.0)",
};

const POINTS = Array.from({ length: 400 }, (_, index) => `(x = ${index}, y = ${-index}, name = "point ${index}")`);

export const CORPUS: readonly Sample[] = [
  { schema: "all-types.capnp", type: "Scalars", text: "()" },
  {
    schema: "all-types.capnp",
    type: "Scalars",
    text: `(bool = true, int8 = -128, int16 = -32768, int32 = -2147483648, int64 = -9223372036854775808, uint8 = 255,
      uint16 = 65535, uint32 = 4294967295, uint64 = 18446744073709551615, float32 = 1.5e-45, float64 = 1e308, color = blue)`,
  },
  { schema: "all-types.capnp", type: "Scalars", text: "(float32 = -inf, float64 = nan, int64 = 9007199254740993)" },
  { schema: "all-types.capnp", type: "Defaults", text: "()" },
  {
    schema: "all-types.capnp",
    type: "Defaults",
    text: '(bool = false, int8 = 0, float64 = 0, nan = 1, text = "", points = [], numbers = [7])',
  },
  {
    schema: "all-types.capnp",
    type: "Lists",
    text: `(voids = [void, void, void], bools = [true, false, true, true, false, true, true, true, true, false, true],
      int8s = [-1, 0, 1], int16s = [-300, 300], int32s = [1, 2, 3, 4, 5], int64s = [-9223372036854775808],
      uint8s = [0, 255], uint16s = [65535], uint32s = [4294967295], uint64s = [18446744073709551615],
      float32s = [0.5, -0.25], float64s = [0.1, 1e100], colors = [red, blue], texts = ["", "a", "umlaut \u00fc \u2603 \u{1F600}"],
      datas = ["", 0x"00 ff 00"], points = [(x = 1), (), (y = 2, name = "two")],
      matrix = [[1, 2], [], [3]], colorLists = [[red], [green, blue]], pointLists = [[(x = 1)], [], [(), ()]])`,
  },
  { schema: "all-types.capnp", type: "Lists", text: `(points = [${POINTS.join(", ")}])` },
  { schema: "all-types.capnp", type: "Shape", text: '(name = "disc", circle = 2.5, filled = true)' },
  { schema: "all-types.capnp", type: "Shape", text: '(box = (width = 1, height = 2), name = "crate")' },
  { schema: "all-types.capnp", type: "Shape", text: "(nothing = void)" },
  { schema: "all-types.capnp", type: "Shape", text: '(inner = (inner = (inner = (label = "deep"))))' },
  {
    schema: "all-types.capnp",
    type: "Person",
    text: '(name = "Ann", address = (street = "Elm", number = 7, geo = (latitude = 1.25)), employment = (school = (title = "x", year = 3)))',
  },
  { schema: "all-types.capnp", type: "Person.Note", text: '(text = "well", mood = sad)' },
  {
    schema: "all-types.capnp",
    type: "Person",
    text: '(employment = (unemployed = void), notes = [(mood = happy), (), (text = "t", mood = sad)])',
  },
  { schema: "all-types.capnp", type: "Person", text: '(employment = (employer = ""))' },
  {
    schema: "all-types.capnp",
    type: "Scalars",
    text: "(float32 = 3.4028234663852886e38, float64 = 4.9406564584124654e-324, int64 = 9223372036854775807, int8 = 127)",
  },
  {
    schema: "all-types.capnp",
    type: "Scalars",
    text: "(float32 = -1.1754943508222875e-38, float64 = -1.7976931348623157e308, uint64 = 9007199254740992, color = green)",
  },
  { schema: "all-types.capnp", type: "Scalars", text: "(float32 = inf, float64 = -inf)" },
  { schema: "all-types.capnp", type: "Scalars", text: "(float32 = nan, float64 = 0.1)" },
  {
    schema: "all-types.capnp",
    type: "Defaults",
    text: `(bool = true, int8 = -123, uint64 = 12345678901234567890, float32 = 1234.5, float64 = -123e45, nan = nan, infinity = -inf,
      color = blue, text = "foo", data = "", point = (), numbers = [], bools = [false], texts = [""], points = [()], colors = [blue])`,
  },
  { schema: "all-types.capnp", type: "Pointers", text: "()" },
  {
    schema: "all-types.capnp",
    type: "Pointers",
    text: '(text = "", data = "", point = (), self = (self = (self = (text = "three deep", data = 0x"ff 00 80"))))',
  },
  {
    schema: "all-types.capnp",
    type: "Pointers",
    text: String.raw`(text = "\t\n\r\a\b\f\v \x01\x7f \"\'\\ /</>&", data = "\0\xff")`,
    defect: HEX_LETTERS,
  },
  {
    schema: "all-types.capnp",
    type: "Pointers",
    text: '(text = "\u00e9e\u0301 \u05d0\u05d1 \u4e2d\u6587 \u{1F468}\u200d\u{1F469} \u2028\u2029 \ufeff\ufffd\uffff \u{10FFFF}")',
  },
  { schema: "all-types.capnp", type: "Lists", text: "()" },
  {
    schema: "all-types.capnp",
    type: "Lists",
    text: `(voids = [], bools = [], int8s = [], int64s = [], float32s = [], colors = [], texts = [], datas = [], points = [], matrix = [],
      colorLists = [], pointLists = [])`,
  },
  {
    schema: "all-types.capnp",
    type: "Lists",
    text: `(bools = [true], int8s = [-128, 127, 0, 1, 2, 3, 4, 5, 6], int16s = [-32768, 32767], int32s = [-2147483648, 2147483647],
      int64s = [9223372036854775807, -1, 0], uint8s = [1], uint16s = [0, 1, 2, 3, 4], uint32s = [0], uint64s = [0, 1],
      float32s = [inf, -inf, nan, 1e-45], float64s = [inf, -inf, nan, 5e-324, 1.7976931348623157e308], texts = [""],
      datas = [0x"00"], points = [()], matrix = [[]], colorLists = [[], [blue]], pointLists = [[]])`,
  },
  { schema: "all-types.capnp", type: "Shape", text: "()" },
  { schema: "all-types.capnp", type: "Shape", text: '(polygon = [(x = 1), (y = 2, name = "p")], filled = true)' },
  { schema: "all-types.capnp", type: "Shape", text: '(label = "", name = "")' },
  { schema: "all-types.capnp", type: "Shape", text: "(color = red)" },
  { schema: "all-types.capnp", type: "Shape", text: "(color = green, inner = (box = ()))" },
  {
    schema: "generics.capnp",
    type: "Box(Text)",
    text: '(value = "v", group = (another = "a", count = 3), one = "o")',
    defect: ENDLESS_HANDLERS,
  },
  { schema: "generics.capnp", type: "Box(Data)", text: '(value = "v", none = void)', defect: ENDLESS_HANDLERS },
  {
    schema: "generics.capnp",
    type: "Box(List(Color))",
    text: "(value = [red, green], boxes = [(value = (value = [green])), (box = (one = (many = [])))])",
    defect: ENDLESS_HANDLERS,
  },
  {
    schema: "generics.capnp",
    type: "Box(Box(Item))",
    text: '(value = (value = (name = "x"), many = [(name = "y"), ()]), box = (one = (one = (name = "z"))))',
    defect: ENDLESS_HANDLERS,
  },
  {
    schema: "generics.capnp",
    type: "Map(Text, Map(Text, List(Item)))",
    text: '(entries = [(key = "k", value = (entries = [(key = "l", value = [(name = "n"), ()])])), ()])',
  },
  { schema: "generics.capnp", type: "Map(Text, Item).Entry", text: '(key = "k", value = (name = "n"))' },
  {
    schema: "generics.capnp",
    type: "Outer(Item).Deep(Text)",
    text: '(t = (name = "n"), u = "u", box = (value = "b"))',
    defect: ENDLESS_HANDLERS,
  },
  {
    schema: "generics.capnp",
    type: "Outer(Text)",
    text: `(inner = (x = 1, kind = fancy), deep = (t = "t", u = "u"), deeper = (t = (name = "n"), u = "u"),
      right = (inner = (kind = plain), many = [(t = "t", u = (name = "m"))]))`,
    defect: ENDLESS_HANDLERS,
  },
  {
    schema: "generics.capnp",
    type: "Uses",
    text: `(strings = (entries = [(key = "a", value = "b")]), items = (entries = [(value = (name = "c"))]),
      datas = (entries = [(key = "d", value = [1, -2])]), nested = (entries = [(value = (entries = [(value = [()])]))]),
      entry = (key = "e"), unbound = (entries = []), box = (group = (count = 1), one = "f"), colors = (one = [green]),
      lists = (value = [[(name = "g")], []]))`,
    defect: ENDLESS_HANDLERS,
  },
  {
    schema: "evolution.capnp",
    type: "NewPerson",
    text: '(phone = 1, level = highest, places = [(kind = (elsewhere = (name = "x")))])',
  },
  { schema: "json-annotations.capnp", type: "Dependency", text: '(foo = "x")' },
  { schema: "json-annotations.capnp", type: "External", text: '(bar = (names = ["a", ""]))' },
  {
    schema: "json-annotations.capnp",
    type: "Outer",
    text: '(name = "n", inner = (level = high, bytes = 0x"00 ff", right = 0.5), other = ())',
  },
  {
    schema: "json-annotations.capnp",
    type: "Bound",
    text: '(pair = (first = "f", second = (foo = "s")), pairs = [(first = [low, middle], second = "d")])',
  },
  {
    schema: "json-annotations.capnp",
    type: "Everything",
    text: `(someField = "s", aGroup = (flatFoo = 1, flatBar = "b", flatBaz = (hello = true), doubleFlat = (flatQux = "q")),
      prefixedGroup = (foo = "f", bar = 2, baz = (hello = true), morePrefix = (qux = "x")), aUnion = (bar = (barMember = 3, multiMember = "m")),
      dependency = (foo = "d"), simpleGroup = (grault = "g"), enums = [low, middle, high], testBase64 = "base", testHex = 0x"00 fe",
      bUnion = (bar = 4), externalUnion = (foo = (tag = 5)), unionWithVoid = (voidValue = void))`,
  },
  { schema: "all-types.capnp", type: "Point", text: '(x = 1) (y = 2)\n# a remark\n(name = "three")' },
];
