/**
 * Bytes → statements. Matches brackets and blocks, reads literals, attaches doc comments, and always returns something: what is
 * unreadable is reported and left out, what is unclosed is closed where that hurts least.
 */

import type { DiagnosticKind, DiagnosticSink } from "./diagnostic.js";
import {
  isDigit,
  readBacktickLine,
  readDataLiteral,
  readNumber,
  readQuotedString,
  startsDataLiteral,
} from "./literal.js";
import type { SourceFile } from "./source.js";
import type { Statement, Token, TokenList } from "./token.js";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const BACKTICK = 0x60;
const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const OPEN_PARENTHESIS = 0x28;
const CLOSE_PARENTHESIS = 0x29;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Brackets and blocks together may nest this deep; real schemas stay far below. */
const MAX_DEPTH = 200;

const OPERATORS = new Map([..."!$%&*+-./:<=>?@^|~"].map((character) => [character.charCodeAt(0), character]));

/** Reads all statements of a file. */
export function lex(source: SourceFile, sink: DiagnosticSink): readonly Statement[] {
  return new Lexer(source, sink).file();
}

class Lexer {
  readonly #source: SourceFile;
  readonly #bytes: Uint8Array;
  readonly #sink: DiagnosticSink;
  #at = 0;
  #depth = 0;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#source = source;
    this.#bytes = source.bytes;
    this.#sink = sink;
  }

  file(): readonly Statement[] {
    const [first, second] = this.#bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      this.#error("invalid-encoding", 0, 2, "This file is UTF-16; schema files are UTF-8.");
      return [];
    }
    return this.#statements(undefined);
  }

  /** Statements up to the brace that closes the block, or to the end of the file. Leaves the brace unread. */
  #statements(openBrace: number | undefined): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const start = this.#skipSpace();
      const byte = this.#bytes[start];
      if (byte === undefined) {
        if (openBrace !== undefined)
          this.#error("unclosed-block", openBrace, openBrace + 1, "This '{' is never closed.");
        return statements;
      }
      if (byte === CLOSE_BRACE) {
        if (openBrace !== undefined) return statements;
        this.#error("unexpected-closing", start, start + 1, "This '}' closes nothing.");
        this.#at++;
        continue;
      }
      const statement = this.#statement(start);
      if (statement !== undefined) statements.push(statement);
    }
  }

  #statement(start: number): Statement | undefined {
    const tokens = this.#statementTokens();
    const at = this.#at;
    const byte = this.#bytes[at];
    if (byte === SEMICOLON) {
      this.#at++;
      if (tokens.length === 0) this.#error("syntax", at, at + 1, "This statement is empty.");
      const docComment = this.#docComment();
      return tokens.length === 0 ? undefined : { start, end: at + 1, tokens, block: undefined, docComment };
    }
    if (byte === OPEN_BRACE) return this.#block(start, tokens);
    const last = tokens[tokens.length - 1];
    if (last === undefined) return undefined;
    this.#error("missing-semicolon", last.end, last.end, "A ';' is missing here.");
    return { start, end: last.end, tokens, block: undefined, docComment: undefined };
  }

  /** Tokens up to `;` or a brace. Anything else that ends a run of tokens doesn't belong outside of brackets. */
  #statementTokens(): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.#readTokens(tokens);
      const byte = this.#bytes[this.#at];
      if (byte === COMMA) {
        this.#error("unexpected-character", this.#at, this.#at + 1, "A ',' only separates items in brackets.");
      } else if (byte === CLOSE_PARENTHESIS || byte === CLOSE_BRACKET) {
        const message = `This '${String.fromCharCode(byte)}' closes nothing.`;
        this.#error("unexpected-closing", this.#at, this.#at + 1, message);
      } else {
        return tokens;
      }
      this.#at++;
    }
  }

  /** A statement's block, its comment (after the opening brace, else after the closing one) included. */
  #block(start: number, tokens: Token[]): Statement | undefined {
    const openBrace = this.#at;
    this.#at++;
    if (++this.#depth > MAX_DEPTH) {
      this.#error(
        "nesting-too-deep",
        openBrace,
        openBrace + 1,
        `Blocks and brackets nest more than ${MAX_DEPTH} deep.`,
      );
      this.#at = this.#bytes.length;
      return undefined;
    }
    const early = this.#docComment();
    const block = this.#statements(openBrace);
    this.#depth--;
    if (this.#bytes[this.#at] === CLOSE_BRACE) this.#at++;
    const end = this.#at;
    const late = this.#docComment();
    if (tokens.length === 0) this.#error("syntax", openBrace, openBrace + 1, "This block belongs to no declaration.");
    return tokens.length === 0 ? undefined : { start, end, tokens, block, docComment: early ?? late };
  }

  /** Adds tokens up to something that is not one; that is left unread. */
  #readTokens(tokens: Token[]): void {
    for (;;) {
      const start = this.#skipSpace();
      const byte = this.#bytes[start];
      if (byte === undefined || isStructural(byte)) return;
      const token = this.#token(start, byte);
      if (token !== undefined) tokens.push(token);
    }
  }

  #token(start: number, byte: number): Token | undefined {
    if (isNameStart(byte)) return this.#identifier(start);
    if (byte === OPEN_PARENTHESIS) return this.#brackets(start, "parenthesized", CLOSE_PARENTHESIS);
    if (byte === OPEN_BRACKET) return this.#brackets(start, "bracketed", CLOSE_BRACKET);
    if (startsDataLiteral(this.#bytes, start)) return this.#literal(start, "data", readDataLiteral(this.#bytes, start));
    if (byte === QUOTE) return this.#literal(start, "string", readQuotedString(this.#bytes, start));
    if (byte === BACKTICK) return this.#literal(start, "string", readBacktickLine(this.#bytes, start));
    if (isDigit(byte)) return this.#number(start);
    if (OPERATORS.has(byte)) return this.#operator(start, byte);
    this.#unknown(start);
    return undefined;
  }

  #identifier(start: number): Token {
    const bytes = this.#bytes;
    let end = start + 1;
    while (isNameStart(bytes[end]) || isDigit(bytes[end])) end++;
    this.#at = end;
    return { kind: "identifier", text: this.#source.asciiText(start, end), start, end };
  }

  #literal(start: number, kind: "string" | "data", literal: ReturnType<typeof readQuotedString>): Token {
    for (const fault of literal.faults) this.#error(fault.kind, fault.start, fault.end, fault.message);
    this.#at = literal.end;
    return { kind, bytes: literal.bytes, start, end: literal.end };
  }

  #number(start: number): Token {
    const literal = readNumber(this.#bytes, start);
    const { end, fault } = literal;
    if (fault !== undefined) this.#error(fault.kind, fault.start, fault.end, fault.message);
    this.#at = end;
    return literal.kind === "integer"
      ? { kind: "integer", value: literal.value, start, end }
      : { kind: "float", value: literal.value, start, end };
  }

  /** Operators are single characters, but for the arrow. */
  #operator(start: number, byte: number): Token {
    const arrow = byte === 0x2d && this.#bytes[start + 1] === 0x3e;
    this.#at = start + (arrow ? 2 : 1);
    return { kind: "operator", text: arrow ? "->" : (OPERATORS.get(byte) as string), start, end: this.#at };
  }

  #brackets(start: number, kind: "parenthesized" | "bracketed", close: number): Token {
    this.#at++;
    const items: TokenList[] = [];
    if (++this.#depth > MAX_DEPTH) {
      this.#error("nesting-too-deep", start, start + 1, `Blocks and brackets nest more than ${MAX_DEPTH} deep.`);
      this.#at = this.#bytes.length;
      return { kind, items, start, end: this.#at };
    }
    for (;;) {
      const itemStart = this.#at;
      const tokens: Token[] = [];
      this.#readTokens(tokens);
      const at = this.#at;
      const byte = this.#bytes[at];
      const last = byte !== COMMA;
      // A comma may trail, and empty brackets hold no item.
      if (!last || tokens.length > 0) {
        const first = tokens[0]?.start ?? itemStart;
        items.push({ tokens, start: first, end: tokens[tokens.length - 1]?.end ?? at });
      }
      if (!last) {
        this.#at++;
        continue;
      }
      this.#depth--;
      this.#close(start, close);
      return { kind, items, start, end: this.#at };
    }
  }

  #close(start: number, close: number): void {
    const byte = this.#bytes[this.#at];
    if (byte === close) {
      this.#at++;
      return;
    }
    const open = String.fromCharCode(this.#bytes[start] as number);
    if (byte === CLOSE_PARENTHESIS || byte === CLOSE_BRACKET) {
      this.#error(
        "unexpected-closing",
        this.#at,
        this.#at + 1,
        `'${open}' is closed by '${String.fromCharCode(byte)}'.`,
      );
      this.#at++;
      return;
    }
    this.#error("unclosed-bracket", start, start + 1, `This '${open}' is not closed before the statement ends.`);
  }

  /** Reports a run of bytes that can start no token, and skips it. */
  #unknown(start: number): void {
    const nul = this.#bytes[start] === 0;
    let end = start + 1;
    while (end < this.#bytes.length && isUnknown(this.#bytes[end] as number)) end++;
    this.#at = end;
    if (nul) this.#error("invalid-encoding", start, end, "A NUL byte: this is not UTF-8 text.");
    else
      this.#error(
        "unexpected-character",
        start,
        end,
        `Unexpected '${this.#source.text({ start, end }).slice(0, 20)}'.`,
      );
  }

  /** Skips white space, byte-order marks and comments; returns the new position. */
  #skipSpace(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    for (;;) {
      const byte = bytes[at];
      if (isSpace(byte)) at++;
      else if (byte === HASH) at = this.#lineEnd(at);
      else if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
      else break;
    }
    this.#at = at;
    return at;
  }

  /**
   * Reads the comment lines that follow on this line or start on the next; a blank line in between means that they belong to
   * nothing. Each line loses its `#` and one space.
   */
  #docComment(): string | undefined {
    let at = this.#skipBlanks(this.#at);
    if (this.#bytes[at] === CR) at++;
    if (this.#bytes[at] === LF) at++;
    let text: string | undefined;
    for (;;) {
      at = this.#skipBlanks(at);
      if (this.#bytes[at] !== HASH) return text;
      const start = this.#bytes[at + 1] === SPACE ? at + 2 : at + 1;
      let end = this.#lineEnd(at);
      this.#at = end;
      at = end;
      while (end > start && (this.#bytes[end - 1] === LF || this.#bytes[end - 1] === CR)) end--;
      text = `${text ?? ""}${this.#source.text({ start, end: Math.max(start, end) })}\n`;
    }
  }

  #skipBlanks(at: number): number {
    let next = at;
    while (isSpace(this.#bytes[next]) && this.#bytes[next] !== LF && this.#bytes[next] !== CR) next++;
    return next;
  }

  /** The position after the line feed that ends the line at `at`. */
  #lineEnd(at: number): number {
    const end = this.#bytes.indexOf(LF, at);
    return end < 0 ? this.#bytes.length : end + 1;
  }

  #error(kind: DiagnosticKind, start: number, end: number, message: string): void {
    this.#sink.error(kind, this.#source, { start, end }, message);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function isNameStart(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f;
}

/** The characters that end a run of tokens. */
function isStructural(byte: number): boolean {
  return (
    byte === SEMICOLON ||
    byte === COMMA ||
    byte === CLOSE_PARENTHESIS ||
    byte === CLOSE_BRACKET ||
    byte === OPEN_BRACE ||
    byte === CLOSE_BRACE
  );
}

function isUnknown(byte: number): boolean {
  const readable =
    isSpace(byte) ||
    isNameStart(byte) ||
    isDigit(byte) ||
    isStructural(byte) ||
    OPERATORS.has(byte) ||
    byte === HASH ||
    byte === QUOTE ||
    byte === BACKTICK ||
    byte === OPEN_PARENTHESIS ||
    byte === OPEN_BRACKET;
  return !readable;
}
