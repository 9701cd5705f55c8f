/** Text that schema files would accept as a value, and text they would not. */

import { parseText, parseTextSequence, printText, printTextValue, TextError, TypedText } from "capwire/text";
import { AnyStruct, Data, listOf, Text, UInt8List } from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeWithCapnp, structOf, tryConvert } from "../capnp-tool.js";
import { $schema, Person } from "../schemas/all-types.capnp.js";
import * as generics from "../schemas/generics.capnp.js";

const FILE = "all-types.capnp";

function through(type: string, text: string | Uint8Array): string {
  const schema = structOf(FILE, type);
  return printText(parseText(text, schema).asReader().getRoot(AnyStruct), schema);
}

function refusal(type: string, text: string | Uint8Array): TextError {
  try {
    through(type, text);
  } catch (error) {
    if (error instanceof TextError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

/** Struct, text. The tool takes each, and so do we, to the same message. */
const ACCEPTED: readonly (readonly [type: string, text: string])[] = [
  ["Point", "()"],
  ["Point", " ( x=1 ,y = -2,) # comment"],
  ["Point", "# first\n(x = 1, # in between ( \n y = 2)"],
  ["Point", "(x = 0x1F, y = 017)"],
  ["Point", "(x = - 5)"],
  ["Point", "(x = ((5)))"],
  ["Point", "((x = 5, y = 6))"],
  ["Point", "(x = 1, x = 2)"],
  ["Point", '(name = "a" "b"\n  "c")'],
  ["Point", '(name = "\\a\\b\\f\\n\\r\\t\\v\\\'\\"\\\\\\?\\x41\\101\\7z")'],
  ["Point", '(name = "\u2603 \u{1f600}")'],
  ["Pointers", '(data = 0x"00 ff 1 0")'.replace("1 0", "10")],
  ["Pointers", '(data = 0x" 0a\n0b ")'],
  ["Pointers", '(data = "abc\\377", text = "")'],
  ["Pointers", "(self = (self = (self = ())))"],
  ["Scalars", "(float64 = 1, float32 = -7)"],
  ["Scalars", "(float64 = 1.5e3, float32 = 1e-3)"],
  ["Scalars", "(float64 = 1., float32 = 01.5)"],
  ["Scalars", "(float64 = inf, float32 = -inf)"],
  ["Scalars", "(float64 = nan, void = void, bool = true, color = blue)"],
  ["Scalars", "(uint64 = 18446744073709551615, int64 = -9223372036854775808)"],
  ["Lists", "(bools = [true, false,], voids = [void, void], int8s = [], matrix = [[1], [], [2, 3]])"],
  ["Lists", '(texts = ["a" "b", "c"], colorLists = [[red], []], points = [(), (x = 1)])'],
  ["Shape", "(circle = 1, square = 2)"],
  ["Shape", "(box = (width = 1), filled = true)"],
  ["Shape", "(nothing = void)"],
  ["Person", "(employment = (school = (year = 1)), address = (geo = (latitude = 1)))"],
  ["Person", '(employment = (employer = "x", unemployed = void))'],
];

/** Struct, text, code. The tool refuses each, and so do we. */
const REFUSED: readonly (readonly [type: string, text: string, code: TextError["code"]])[] = [
  ["Point", "", "syntax"],
  ["Point", "(", "syntax"],
  ["Point", "(x = 1", "syntax"],
  ["Point", "(x = )", "syntax"],
  ["Point", "(= 1)", "syntax"],
  ["Point", "(x 1)", "syntax"],
  ["Point", "(x = 1 y = 2)", "syntax"],
  ["Point", "(x = 1,, y = 2)", "syntax"],
  ["Point", "(,)", "syntax"],
  ["Point", "(x = 1) x", "syntax"],
  ["Point", "(x = 1)]", "syntax"],
  ["Point", "(x = 1, 2)", "syntax"],
  ["Point", "[x = 1]", "syntax"],
  ["Point", "5", "wrong-type"],
  ["Point", "(5)", "wrong-type"],
  ["Point", "[]", "wrong-type"],
  ["Point", "(z = 1)", "unknown-field"],
  ["Point", "(x = 1.0)", "wrong-type"],
  ["Point", '(x = "1")', "wrong-type"],
  ["Point", "(x = true)", "wrong-type"],
  ["Point", "(x = 2147483648)", "out-of-range"],
  ["Point", "(x = -2147483649)", "out-of-range"],
  ["Point", "(x = 08)", "syntax"],
  ["Point", "(x = 1a)", "syntax"],
  ["Point", "(x = 0x)", "syntax"],
  ["Point", "(x = 1_000)", "syntax"],
  ["Point", "(x = +1)", "syntax"],
  ["Point", "(x = - -1)", "syntax"],
  ["Point", "(x = .5)", "syntax"],
  ["Point", '(name = "a\nb")', "syntax"],
  ["Point", '(name = "\\q")', "syntax"],
  ["Point", '(name = "\\x4")', "syntax"],
  ["Point", "(name = 'a')", "syntax"],
  ["Point", '(name = 0x"00")', "wrong-type"],
  ["Point", "(name = x)", "wrong-type"],
  ["Pointers", '(data = 0x"0")', "syntax"],
  ["Pointers", "(data = [1, 2])", "wrong-type"],
  ["Pointers", '(any = "x")', "wrong-type"],
  ["Pointers", "(self = [])", "wrong-type"],
  ["Scalars", "(bool = 1)", "wrong-type"],
  ["Scalars", "(bool = True)", "wrong-type"],
  ["Scalars", "(color = purple)", "wrong-type"],
  ["Scalars", "(uint8 = -1)", "out-of-range"],
  ["Scalars", "(float64 = 1e)", "syntax"],
  ["Scalars", "(float64 = -nan)", "syntax"],
  ["Scalars", "(void = null)", "wrong-type"],
  ["Lists", "(bools = true)", "wrong-type"],
  ["Lists", "(points = [(x = 1), 2, [] ])", "wrong-type"],
  ["Lists", "(int8s = [1,,2])", "syntax"],
  ["Lists", "(int8s = [128])", "out-of-range"],
];

describe("text of values", () => {
  test.each(REFUSED)("%s: %j is refused: %s", (type, text, code) => {
    expect(refusal(type, text).code).toBe(code);
  });

  test("a plain value stands for the first field of a struct or group", () => {
    expect(through("Lists", "(points = [5, (y = 1)])")).toBe("(points = [(x = 5, y = 0), (x = 0, y = 1)])");
    expect(through("Person", '(address = "Main St")')).toMatch(/address = \(street = "Main St"/);
  });

  test("a line after a backtick is text", () => {
    expect(through("Point", '(name = `one "line" (\n  `and another\r\n)')).toMatch(
      /name = "one \\"line\\" \(\\nand another\\n"/,
    );
  });

  test("unknown values of enums read back as they are printed", () => {
    expect(through("Scalars", "(color = (999))")).toMatch(/color = \(999\)/);
    expect(refusal("Scalars", "(color = 65536)").code).toBe("out-of-range");
  });

  test("negative zero stays negative", () => {
    expect(through("Scalars", "(float64 = -0, float32 = -0.0)")).toMatch(/float32 = -0, float64 = -0/);
  });

  test("integers do not wrap around", () => {
    expect(refusal("Scalars", "(uint64 = 99999999999999999999999)").code).toBe("out-of-range");
    expect(refusal("Scalars", `(uint64 = ${"9".repeat(100_000)})`).code).toBe("syntax");
  });

  test("text that is no UTF-8 keeps its bytes", () => {
    const text = through("Lists", '(texts = ["\\377x", "\u2603"])');
    expect(text).toBe('(texts = ["\\377x", "\u2603"])');
    const point = parseText('(name = "a\\200")', structOf(FILE, "Point")).asReader().getRoot(AnyStruct);
    expect(point.$read(0, UInt8List)).toEqual(Uint8Array.of(0x61, 0x80, 0));
  });

  test("a mistake is found by line and column", () => {
    const { line, column, message } = refusal("Point", "(x = 1,\n  y = oops)");
    expect([line, column]).toEqual([2, 7]);
    expect(message).toBe("expected Int32, not oops (line 2, column 7)");
    expect(refusal("Point", "(nmae = 1)").message).toMatch(/no field nmae.*name/);
  });

  test("several messages may follow each other", () => {
    const schema = structOf(FILE, "Point");
    const texts = [...parseTextSequence('(name = ")(") # (\n(x = 1)(x = 2)', schema)].map((message) =>
      printText(message.asReader().getRoot(AnyStruct), schema),
    );
    expect(texts).toEqual(['(x = 0, y = 0, name = ")(")', "(x = 1, y = 0)", "(x = 2, y = 0)"]);
  });

  test("single values are printed by their type", () => {
    expect(printTextValue([1.5, 2], { kind: "list", element: { kind: "float32" } })).toBe("[1.5, 2]");
    expect(printTextValue("a\u2603\x7f", { kind: "text" })).toBe('"a\u2603\\177"');
    expect(printTextValue(-0, { kind: "float64" })).toBe("-0");
  });

  test("brackets nest 500 deep, and a million are refused as fast", () => {
    expect(refusal("Pointers", "(self = ".repeat(1_000_000)).code).toBe("nesting-too-deep");
    expect(refusal("Pointers", "[".repeat(1_000_000)).code).toBe("nesting-too-deep");
    const deep = `${"(self = ".repeat(400)}()${")".repeat(400)}`;
    expect(() => parseText(deep, structOf(FILE, "Pointers"))).not.toThrow();
  });

  test("small text cannot ask for a large message", () => {
    const points = `(points = [${"(),".repeat(1000)}])`;
    expect(() => parseText(points, structOf(FILE, "Lists"), { maxMessageWords: 500 })).toThrowError(
      expect.objectContaining({ code: "message-too-large" }),
    );
  });

  test("generated types are printed and parsed by their own schema", () => {
    const text = new TypedText($schema);
    const printed = text.print(Person, { name: "Ada", employment: { employer: "Analytical" } });
    expect(text.parse(Person, printed).employment).toMatchObject({ which: "employer", employer: "Analytical" });
    expect(text.print(Person, text.parse(Person, printed))).toBe(printed);
  });

  test("generated generic types are printed and parsed as what they are bound to", () => {
    const text = new TypedText(generics.$schema);
    const map = generics.Map.of(Text, listOf(generics.Item));
    const printed = text.print(map, { entries: [{ key: "a", value: [{ name: "first" }, {}] }] });
    expect(printed).toBe('(entries = [(key = "a", value = [(name = "first"), ()])])');
    expect(text.parse(map, printed).entries.at(0).value.at(0).name).toBe("first");
    expect(text.print(generics.Box.of(generics.Box.of(Data)), { value: { value: Uint8Array.of(0xff) } })).toBe(
      '(value = (value = "\\377", group = (count = 0), none = void), group = (count = 0), none = void)',
    );
  });

  test("no text does anything but parse or be refused", () => {
    const words = fc.constantFrom(
      ...'()[],=#-.`"\\\n 019xe_',
      "(x = 1",
      "name = ",
      "points",
      "texts",
      '"a"',
      "inf",
      "\ufeff",
      "\0",
    );
    const text = fc.oneof(
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join("")),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom("Point", "Lists", "Scalars", "Pointers"), (body, type) => {
        for (const source of [body, `(${body})`]) {
          try {
            through(type, source);
          } catch (error) {
            expect(error).toBeInstanceOf(TextError);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("no bytes do anything but parse or be refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          through("Point", bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TextError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describeWithCapnp("text of values, beside capnp convert", () => {
  test.each(ACCEPTED)("%s: %j is read as C++ reads it", (type, text) => {
    const { status, stdout, stderr } = tryConvert("text:text", FILE, type, text, { short: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(through(type, text)).toBe(new TextDecoder().decode(stdout).trimEnd());
  });

  test.each(REFUSED.filter(([, text]) => text !== ""))("%s: %j is refused by C++ too", (type, text) => {
    const { status, stderr } = tryConvert("text:text", FILE, type, text, { short: true });
    expect({ isRefused: status !== 0 || stderr !== "" }).toEqual({ isRefused: true });
  });
});
