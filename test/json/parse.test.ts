/** JSON text: what is accepted, what is refused and where, and what is printed. */

import { JsonError, jsonOf, parseJson, parseJsonSequence, plainOf, printJson } from "capwire/json";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function plain(text: string): unknown {
  return plainOf(parseJson(text));
}

function refusal(text: string | Uint8Array): JsonError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe("JSON text", () => {
  test("any JSON value is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(plain(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("what is printed reads back the same, in either layout", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.boolean(), (value, pretty) => {
        const text = printJson(jsonOf(value), { pretty });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("numbers keep their digits", () => {
    const text = "[9007199254740993,18446744073709551615,1.10,-0,1e400,12345678901234567890123]";
    expect(printJson(parseJson(text))).toBe(text);
  });

  test("escaped surrogate pairs are one character", () => {
    expect(plain('"\\ud83d\\ude00"')).toBe("\u{1f600}");
    expect(plain('"\\u00e9\\u00FF\\u0000"')).toBe("\u00e9\u00ff\0");
  });

  test.each(['"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\ud83dx\\ude00"', '"a\ud800"', '{"\\udfff":1}'])(
    "half of a surrogate pair is no character: %j",
    (text) => {
      expect(refusal(text).code).toBe("unicode");
    },
  );

  test("bytes that are no UTF-8 are refused", () => {
    expect(refusal(Uint8Array.of(0x22, 0xff, 0x22)).code).toBe("unicode");
    expect(refusal(Uint8Array.of(0x22, 0xed, 0xa0, 0xbd, 0x22)).code).toBe("unicode");
  });

  test("bytes are read as UTF-8, a byte order mark passed over", () => {
    expect(plainOf(parseJson(new TextEncoder().encode('\ufeff["\u2603"]')))).toEqual(["\u2603"]);
  });

  test.each([
    ["", 0],
    ["  ", 2],
    ["[1,]", 3],
    ["[,1]", 1],
    ["[1 2]", 3],
    ['{"a":1,}', 7],
    ["{a:1}", 1],
    ['{"a" 1}', 5],
    ['{"a":}', 5],
    ["[1", 2],
    ['"abc', 4],
    ['"a\tb"', 2],
    ['"a\nb"', 2],
    ['"\\x41"', 1],
    ['"\\u12g4"', 1],
    ["01", 0],
    ["1.", 0],
    [".5", 0],
    ["+1", 0],
    ["-", 0],
    ["1e", 0],
    ["1.e5", 0],
    ["0x10", 1],
    ["NaN", 0],
    ["Infinity", 0],
    ["nul", 0],
    ["truex", 4],
    ["[1] 2", 4],
    ["// comment\n1", 0],
    ["'a'", 0],
    ["\0", 0],
  ])("%j is no JSON, from character %i on", (text, offset) => {
    expect(refusal(text)).toMatchObject({ code: "syntax", offset });
  });

  test("a mistake is found by line and column", () => {
    const { line, column, message } = refusal('{\n  "a": 1,\n  "b": oops\n}');
    expect([line, column]).toEqual([3, 8]);
    expect(message).toBe('expected a value, not "o" (line 3, column 8)');
  });

  test("64 arrays and objects nest, 65 do not, and a million is refused as fast", () => {
    expect(() => parseJson("[".repeat(64) + "]".repeat(64))).not.toThrow();
    expect(refusal(`${"[".repeat(65)}${"]".repeat(65)}`).code).toBe("nesting-too-deep");
    expect(refusal('{"a":'.repeat(1_000_000)).code).toBe("nesting-too-deep");
    expect(() => parseJson("[".repeat(65) + "]".repeat(65), { maxNesting: 65 })).not.toThrow();
  });

  test("several values may follow each other", () => {
    expect([...parseJsonSequence(' {"a":1}[2] 3\n"x"{}')].map(plainOf)).toEqual([{ a: 1 }, [2], 3, "x", {}]);
    expect([...parseJsonSequence(" \n ")]).toEqual([]);
  });

  test("a member named __proto__ is a member", () => {
    const value = plain('{"__proto__": {"x": 1}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });

  test("no text does anything but parse or be refused", () => {
    const pieces = fc.constantFrom(
      ...'[]{}:,"\\ud83d 0123456789.eE+-truefalsn\n\t\0\u{1f600}\ud800',
      '"a"',
      "null",
      "\\u",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        let ours: unknown;
        let theirs: unknown;
        try {
          theirs = JSON.parse(text);
        } catch {
          expect(refusal(text)).toBeInstanceOf(JsonError);
          return;
        }
        try {
          ours = plain(text);
        } catch (error) {
          // JSON.parse lets half surrogates pass.
          expect(error).toMatchObject({ name: "JsonError", code: "unicode" });
          return;
        }
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 3000 },
    );
  });

  test("no bytes do anything but parse or be refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parseJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
