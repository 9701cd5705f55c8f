/** Constants of any size are embedded in one piece and come out as they went in. */

import { generate } from "capwire/codegen";
import * as $ from "capwire/codegen/runtime";
import { compile } from "capwire/compiler";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../src/codegen/runtime/base64.js";

/** The code for a schema given as text. */
function codeFor(schema: string): string {
  const files = new Map([["test.capnp", `@0xdadadadadadadada;\n${schema}`]]);
  const { request, diagnostics } = compile({ files: ["test.capnp"], readFile: (path) => files.get(path) });
  expect(diagnostics).toEqual([]);
  return generate(request)[0]!.text;
}

/** The base64 that `declaration` is made from. */
function base64Of(code: string, declaration: RegExp): string {
  return new RegExp(`${declaration.source}[^\\n]*?"([A-Za-z0-9+/=]*)"`).exec(code)![1]!;
}

describe("embedded values", () => {
  it("may be larger than a builder's first segment", () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `text number ${index}`);
    const code = codeFor(`const many :List(Text) = [${texts.map((text) => JSON.stringify(text)).join(", ")}];`);
    const many = $.constant(() => $.listOf($.Text), base64Of(code, /export const many = /));
    expect(many().toArray()).toEqual(texts);
  });

  it("are defaults of Data and of structs as well", () => {
    const code = codeFor('struct S { data @0 :Data = 0x"00ff10"; s @1 :S = (data = "abc"); }');
    expect($.pointer(base64Of(code, /const S\$\$data = /)).as($.Data)).toEqual(Uint8Array.of(0, 255, 16));
    expect($.pointer(base64Of(code, /const S\$\$s = /)).kind).toBe("struct");
  });

  it("of text are escaped as source code", () => {
    const code = codeFor('const text :Text = "\\u2028 \\" \\\\ \\n */ `";'.replace("\\u2028", "\u2028"));
    expect(code).toContain(`export const text = ${JSON.stringify('\u2028 " \\ \n */ `')};`);
  });
});

describe("base64", () => {
  it("gives back bytes of any length", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length * 31) & 255);
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }
  });
});
