import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { md5 } from "../../src/compiler/md5.js";
import { childId, formatId, generateId, groupId, paramStructId } from "../../src/compiler/type-id.js";

describe("MD5", () => {
  it("gives the digests of RFC 1321", () => {
    const digest = (text: string) => Buffer.from(md5(new TextEncoder().encode(text))).toString("hex");
    expect(digest("")).toBe("d41d8cd98f00b204e9800998ecf8427e");
    expect(digest("a")).toBe("0cc175b9c0f1b6a831c399e269772661");
    expect(digest("message digest")).toBe("f96b697d7cb7938d525a2f31aaf161d0");
    const digits = "1234567890".repeat(8);
    expect(digest(digits)).toBe("57edf4a22be3c955ac49da2e2107b67a");
  });

  it("agrees with another implementation for every length around a block", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      const expected = createHash("md5").update(bytes).digest("hex");
      expect(Buffer.from(md5(bytes)).toString("hex")).toBe(expected);
    }
  });
});

describe("Ids", () => {
  it("of children are those of schema.capnp", () => {
    const node = childId(0xa93fc509624c72d9n, "Node");
    expect(node).toBe(0xe682ab4cf923a417n);
    expect(childId(node, "NestedNode")).toBe(0xdebf55bbfa0fc242n);
  });

  it("of groups follow from the parent and the position", () => {
    expect(groupId(0xe682ab4cf923a417n, 7)).toBe(0x9ea0b19b37fb4435n);
  });

  it("of parameter and result structs differ by one byte of what is hashed", () => {
    expect(paramStructId(0x88eb12a0e0af92b2n, 0, false)).toBe(0xb874edc0d559b391n);
    expect(paramStructId(0x88eb12a0e0af92b2n, 0, true)).toBe(0xb04fcaddab714ba4n);
  });

  it("of names beyond ASCII are made from UTF-8", () => {
    expect(childId(1n, "ü")).not.toBe(childId(1n, "u"));
  });

  it("that are generated are random but for the highest bit", () => {
    expect(generateId((bytes) => bytes.fill(0))).toBe(1n << 63n);
    expect(generateId((bytes) => bytes.fill(0xff))).toBe((1n << 64n) - 1n);
    expect(generateId((bytes) => bytes.set([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0]))).toBe(
      0x923456789abcdef0n,
    );
    expect(generateId((bytes) => crypto.getRandomValues(bytes)) >> 63n).toBe(1n);
  });

  it("are spelled with sixteen digits", () => {
    expect(formatId(0xabcn)).toBe("0x0000000000000abc");
  });
});
