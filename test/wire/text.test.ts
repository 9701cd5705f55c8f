/** Text and Data: the NUL rule, UTF-8 in both directions, views. */

import { AnyStruct, Data, decodeFrame, listOf, MessageBuilder, Text } from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chars, codeOf, listPointer, message, words } from "./bytes.js";

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A message whose root is a list of these bytes. */
function bytesMessage(bytes: Uint8Array): Uint8Array {
  const segment = new Uint8Array(8 + Math.ceil(bytes.length / 8) * 8);
  segment.set(words(listPointer(0, 2, bytes.length)));
  segment.set(bytes, 8);
  return segment;
}

function roundTrip(text: string): string {
  const builder = new MessageBuilder();
  builder.setRoot(Text, text);
  return decodeFrame(builder.toBytes()).getRoot(Text);
}

describe("reading text", () => {
  test("the final NUL is not part of it, others are", () => {
    expect(message(bytesMessage(utf8.encode("a\0b\0"))).getRoot(Text)).toBe("a\0b");
    expect(message(bytesMessage(utf8.encode("\0"))).getRoot(Text)).toBe("");
  });

  test("without its NUL it is an error", () => {
    expect(codeOf(() => message(bytesMessage(utf8.encode("abc"))).getRoot(Text))).toBe("unterminated-text");
    expect(codeOf(() => message(words(listPointer(0, 2, 0))).getRoot(Text))).toBe("unterminated-text");
    expect(codeOf(() => message(words(listPointer(0, 2, 8), chars("12345678"))).getRoot(Text))).toBe(
      "unterminated-text",
    );
  });

  test("bytes that are no UTF-8 read as U+FFFD", () => {
    const bad = [0x61, 0xff, 0x62, 0xc3, 0x00];
    expect(message(bytesMessage(Uint8Array.from(bad))).getRoot(Text)).toBe("a\ufffdb\ufffd");
    expect(message(bytesMessage(Uint8Array.from([0xed, 0xa0, 0x80, 0]))).getRoot(Text)).toContain("\ufffd");
  });

  test("a byte order mark is kept", () => {
    expect(roundTrip("\ufeffabc")).toBe("\ufeffabc");
  });

  test("bytes behind the text, whatever they are, do not matter", () => {
    const segment = bytesMessage(utf8.encode("abc\0"));
    segment.fill(0xff, 12);
    expect(message(segment).getRoot(Text)).toBe("abc");
  });

  test("every length up to several hundred comes back", () => {
    for (let length = 0; length < 300; length++) {
      const ascii = "The quick brown fox jumps over the lazy dog; ".repeat(8).slice(0, length);
      expect(roundTrip(ascii)).toBe(ascii);
      const umlaut = `${ascii.slice(0, length >> 1)}ö${ascii.slice(length >> 1)}`;
      expect(roundTrip(umlaut)).toBe(umlaut);
    }
  });

  test("any bytes read as TextDecoder reads them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const segment = bytesMessage(Uint8Array.from([...bytes, 0]));
        expect(message(segment).getRoot(Text)).toBe(fromUtf8.decode(bytes));
      }),
    );
  });
});

describe("writing text", () => {
  test.each(["", "a", "ä", "€", "🙂", "a🙂b", "\0", "x".repeat(41), `${"x".repeat(45)}ß`, "日本語".repeat(30)])(
    "%j comes back",
    (text) => {
      expect(roundTrip(text)).toBe(text);
    },
  );

  test("lone surrogates become U+FFFD, long or short", () => {
    for (const padding of ["", "x".repeat(100)]) {
      expect(roundTrip(`${padding}a\ud800b`)).toBe(`${padding}a\ufffdb`);
      expect(roundTrip(`${padding}\udc00`)).toBe(`${padding}\ufffd`);
      expect(roundTrip(`${padding}\ud83d`)).toBe(`${padding}\ufffd`);
      expect(roundTrip(`${padding}\ude42\ud83d`)).toBe(`${padding}\ufffd\ufffd`);
    }
  });

  test("any string is written as TextEncoder writes it, with one NUL and zero padding", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), (text) => {
        const builder = new MessageBuilder();
        builder.setRoot(Text, text);
        const expected = utf8.encode(text);
        const [segment] = builder.segments();
        const written = segment!.subarray(8);
        expect(written.length).toBe(Math.ceil((expected.length + 1) / 8) * 8);
        expect([...written]).toEqual([...expected, ...new Array(written.length - expected.length).fill(0)]);
      }),
    );
  });

  test("letters of one to four bytes in any order and of any number are written as TextEncoder writes them", () => {
    const letters = ["a", "z", "\x7f", "\x80", "ö", "\u07ff", "\u0800", "€", "\uffff", "🙂", "\ud83d", "\ude42"];
    const mixed = fc.string({ unit: fc.constantFrom(...letters), maxLength: 30 });
    fc.assert(
      fc.property(mixed, fc.string({ unit: fc.constantFrom("a", "ö"), maxLength: 30 }), (text, next) => {
        const builder = new MessageBuilder();
        const list = builder.initRoot(listOf(Text), 2);
        list.set(0, text);
        list.set(1, next);
        const expected = utf8.encode(text);
        const written = builder.segments()[0]!.subarray(24);
        const room = Math.ceil((expected.length + 1) / 8) * 8;
        expect([...written.subarray(0, room)]).toEqual([...expected, ...new Array(room - expected.length).fill(0)]);
        expect(list.at(1)).toBe(next);
      }),
      { numRuns: 2000 },
    );
  });

  test("a long text takes as many bytes as it needs", () => {
    for (const unit of ["x", "ö", "日"]) {
      const text = unit.repeat(100_000);
      const builder = new MessageBuilder();
      builder.setRoot(Text, text);
      expect(builder.byteLength).toBeLessThan(utf8.encode(text).length + 32);
      expect(builder.asReader().getRoot(Text)).toBe(text);
    }
  });

  test("replacing a text zeroes the old one", () => {
    const builder = new MessageBuilder();
    builder.setRoot(Text, "secret secret secret");
    builder.setRoot(Text, "ok");
    expect(fromUtf8.decode(builder.segments()[0])).not.toContain("secret");
    expect(builder.getRoot(Text)).toBe("ok");
  });
});

describe("data", () => {
  test("reading gives a view of the message", () => {
    const segment = bytesMessage(Uint8Array.from([1, 2, 3]));
    const data = message(segment).getRoot(Data);
    expect([...data]).toEqual([1, 2, 3]);
    segment[9] = 42;
    expect(data[1]).toBe(42);
  });

  test("a built Data can be written to in place", () => {
    const builder = new MessageBuilder();
    builder.initRoot(Data, 5).set([9, 8, 7], 1);
    expect([...builder.asReader().getRoot(Data)]).toEqual([0, 9, 8, 7, 0]);
    builder.getRoot(Data)[0] = 1;
    expect([...builder.asReader().getRoot(Data)]).toEqual([1, 9, 8, 7, 0]);
  });

  test("empty data is no null pointer", () => {
    const builder = new MessageBuilder();
    builder.setRoot(Data, new Uint8Array(0));
    expect(builder.root.isNull).toBe(false);
    expect(builder.asReader().getRoot(Data).length).toBe(0);
  });

  test("a part of the data that is replaced may be what replaces it", () => {
    const builder = new MessageBuilder();
    builder.setRoot(
      Data,
      Uint8Array.from({ length: 100 }, (_, index) => index),
    );
    builder.setRoot(Data, builder.getRoot(Data).subarray(10, 13));
    expect([...builder.asReader().getRoot(Data)]).toEqual([10, 11, 12]);
  });

  test("data and text of a struct are reached without their types", () => {
    const builder = new MessageBuilder();
    const root = builder.initRoot(AnyStruct);
    expect([root.$dataSize, root.$pointerCount]).toEqual([0, 0]);
    expect(builder.root.kind).toBe("struct");
  });
});
