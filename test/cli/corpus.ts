/** Messages of many kinds in text form, with their schemas below test/schemas. */

export interface Sample {
  readonly schema: string;
  readonly type: string;
  readonly text: string;
}

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
  { schema: "all-types.capnp", type: "Point", text: '(x = 1) (y = 2)\n# a remark\n(name = "three")' },
];
