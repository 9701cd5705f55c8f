import { describe, expect, it } from "vitest";
import { DiagnosticSink } from "../../src/compiler/diagnostic.js";
import { lex } from "../../src/compiler/lexer.js";
import { SourceFile } from "../../src/compiler/source.js";
import type { Statement, Token } from "../../src/compiler/token.js";

function lexText(content: string | Uint8Array): { statements: readonly Statement[]; errors: string[] } {
  const sink = new DiagnosticSink();
  const statements = lex(new SourceFile("test.capnp", content), sink);
  return { statements, errors: sink.diagnostics.map(({ kind, start }) => `${start.line}:${start.column} ${kind}`) };
}

/** A token as a short string. */
function show(token: Token): string {
  switch (token.kind) {
    case "identifier":
    case "operator":
      return token.text;
    case "string":
    case "data":
      return `${token.kind}:${Buffer.from(token.bytes).toString("latin1")}`;
    case "integer":
    case "float":
      return `${token.kind}:${token.value}`;
    case "parenthesized":
      return `(${token.items.map((item) => item.tokens.map(show).join(" ")).join(" | ")})`;
    case "bracketed":
      return `[${token.items.map((item) => item.tokens.map(show).join(" ")).join(" | ")}]`;
  }
}

function tokens(text: string): string[] {
  const { statements, errors } = lexText(`${text};`);
  expect(errors).toEqual([]);
  return statements.flatMap((statement) => statement.tokens.map(show));
}

describe("The lexer", () => {
  it("reads names, operators and brackets", () => {
    expect(tokens("foo @0 :List(Text) -> _a1.b $x")).toEqual([
      "foo",
      "@",
      "integer:0",
      ":",
      "List",
      "(Text)",
      "->",
      "_a1",
      ".",
      "b",
      "$",
      "x",
    ]);
    expect(tokens("a=-1")).toEqual(["a", "=", "-", "integer:1"]);
    expect(tokens("((a, b), [c], ()) [1, 2,]")).toEqual(["((a | b) | [c] | ())", "[integer:1 | integer:2]"]);
  });

  it.each([
    ["0", "integer:0"],
    ["123", "integer:123"],
    ["0x1aF", "integer:431"],
    ["0777", "integer:511"],
    ["18446744073709551615", "integer:18446744073709551615"],
    ["1.5", "float:1.5"],
    ["1.", "float:1"],
    ["1e10", "float:10000000000"],
    ["2.5E-3", "float:0.0025"],
    ["00.5", "float:0.5"],
  ])("reads the number %s", (text, expected) => {
    expect(tokens(text)).toEqual([expected]);
  });

  it.each([
    ["18446744073709551616", "integer-overflow"],
    ["99999999999999999999999", "integer-overflow"],
    ["0x10000000000000000", "integer-overflow"],
    ["08", "invalid-number"],
    ["0x", "invalid-number"],
    ["0xfg", "invalid-number"],
    ["12ab", "invalid-number"],
    ["1e", "invalid-number"],
    ["1.2.3", "invalid-number"],
    ["1_000", "invalid-number"],
  ])("refuses the number %s", (text, kind) => {
    expect(lexText(`${text};`).errors).toEqual([`1:1 ${kind}`]);
  });

  it("reads strings with every escape", () => {
    expect(tokens(String.raw`"a\a\b\f\n\r\t\v\'\"\\\?\x41\101\0z"`)).toEqual(["string:a\x07\b\f\n\r\t\v'\"\\?AA\0z"]);
    expect(tokens(String.raw`"\1234"`)).toEqual(["string:S4"]);
  });

  it("reads a backtick line up to its end, with one line feed whatever the file has", () => {
    expect(lexText('a `one "two" \\n\r\n  `three\n;').statements[0]?.tokens.map(show)).toEqual([
      "a",
      'string:one "two" \\n\n',
      "string:three\n",
    ]);
  });

  it("reads data literals across spaces and lines", () => {
    expect(tokens('0x"00 0A\nff"')).toEqual(["data:\0\n\xff"]);
  });

  it.each([
    ['"abc', "1:1 unterminated-string"],
    ['"abc\ndef";', "1:1 unterminated-string"],
    [String.raw`"a\q";`, "1:3 invalid-escape"],
    [String.raw`"\x4";`, "1:2 invalid-escape"],
    [String.raw`"\400";`, "1:2 invalid-escape"],
    ['0x"";', "1:1 invalid-data-literal"],
    ['0x" ";', "1:1 invalid-data-literal"],
    ['0x"0g";', "1:4 invalid-data-literal"],
    ['0x"abc";', "1:6 invalid-data-literal"],
    ['0x"ab', "1:1 unterminated-string"],
  ])("reports the literal %j", (text, error) => {
    expect(lexText(text).errors[0]).toBe(error);
  });

  it("skips comments, white space and byte-order marks", () => {
    expect(lexText("\ufeff# one\n\t foo # two\n\f\v bar\r\n;").statements[0]?.tokens.map(show)).toEqual(["foo", "bar"]);
  });

  it.each([
    ["UTF-16, little-endian", [0xff, 0xfe, 0x40, 0x00]],
    ["UTF-16, big-endian", [0xfe, 0xff, 0x00, 0x40]],
    ["NUL", [0x61, 0x00, 0x3b]],
  ])("says that a file with %s is not UTF-8", (_, bytes) => {
    expect(lexText(Uint8Array.from(bytes)).errors[0]).toMatch(/invalid-encoding/);
  });

  it("nests statements in blocks", () => {
    const { statements, errors } = lexText("a { b; c { d; } }\ne;");
    expect(errors).toEqual([]);
    const [a, e] = statements;
    expect([a?.tokens.map(show), e?.tokens.map(show)]).toEqual([["a"], ["e"]]);
    expect(a?.block?.map((inner) => inner.tokens.map(show))).toEqual([["b"], ["c"]]);
    expect(a?.block?.[1]?.block?.map((inner) => inner.tokens.map(show))).toEqual([["d"]]);
  });

  it.each([
    ["a {", "1:3 unclosed-block"],
    ["}", "1:1 unexpected-closing"],
    ["a (b;", "1:3 unclosed-bracket"],
    ["a (b];", "1:5 unexpected-closing"],
    ["a b);", "1:4 unexpected-closing"],
    ["x { a }", "1:6 missing-semicolon"],
    [";", "1:1 syntax"],
    ["{ a; }", "1:1 syntax"],
    ["a, b;", "1:2 unexpected-character"],
    ["a 'b;", "1:3 unexpected-character"],
    ["grün;", "1:3 unexpected-character"],
  ])("reports %j and goes on", (text, error) => {
    const { statements, errors } = lexText(`${text}\nlast;`);
    expect(errors).toEqual([error]);
    expect(JSON.stringify(statements)).toContain("last");
  });

  it("misses the semicolon of the last statement", () => {
    const { statements, errors } = lexText("a;\nb c # end\n");
    expect(errors).toEqual(["2:4 missing-semicolon"]);
    expect(statements[1]?.tokens.map(show)).toEqual(["b", "c"]);
  });

  it("refuses brackets and blocks nested beyond sense", () => {
    expect(lexText("(".repeat(100_000)).errors).toContain("1:201 nesting-too-deep");
    expect(lexText("a{".repeat(100_000)).errors.join()).toContain("nesting-too-deep");
  });
});

describe("Doc comments", () => {
  function docOf(text: string, ...path: number[]): string | undefined {
    let { statements } = lexText(text) as { statements: readonly Statement[] };
    let statement: Statement | undefined;
    for (const index of path) {
      statement = statements[index];
      statements = statement?.block ?? [];
    }
    return statement?.docComment;
  }

  it("follow a statement on its line or on the next", () => {
    expect(docOf("a; # one\n# two\nb;", 0)).toBe("one\ntwo\n");
    expect(docOf("a;\n  # one\n  #two\n  #  three\nb;", 0)).toBe("one\ntwo\n three\n");
  });

  it("belong to nothing after a blank line, or before the statement", () => {
    expect(docOf("a;\n\n# free\nb;", 0)).toBeUndefined();
    expect(docOf("# before\na;", 0)).toBeUndefined();
  });

  it("of a block stand after its opening brace, or else after its closing one", () => {
    expect(docOf("a { # one\n  # two\n b; }", 0)).toBe("one\ntwo\n");
    expect(docOf("a {\n  # one\n\n  # other\n b;\n} # late", 0)).toBe("one\n");
    expect(docOf("a { b; }\n# late\n", 0)).toBe("late\n");
    expect(docOf("a { b; # inner\n}", 0, 0)).toBe("inner\n");
  });

  it("end at a blank line and keep no carriage returns", () => {
    expect(docOf("a;\r\n# one\r\n# two\r\n\r\n# three\r\nb;", 0)).toBe("one\ntwo\n");
  });
});
