/** `capwire convert`, `encode` and `decode` against the C++ tool: every pair of formats over a corpus, streams, and mistakes. */

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { FORMATS, type Format } from "../../src/cli/format.js";
import { built } from "../codegen/built.js";
import { capnp, hasCapnp } from "../codegen/capnp-tool.js";
import { convert, SCHEMAS, show, tool } from "./converting.js";
import { CORPUS } from "./corpus.js";

function capwire(args: readonly string[], input: Uint8Array | string = ""): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, [built("cli/bin.js"), ...args], { cwd: SCHEMAS, input, maxBuffer: 1 << 28 });
}

/** For tests that run the C++ tool some hundred times. */
const SLOW = 180_000;

const HOLD_MANY: readonly Format[] = ["binary", "packed", "text", "json"];

describe.skipIf(!hasCapnp)("converting, as the C++ tool does", () => {
  it.each(CORPUS.map((sample) => [`${sample.type} ${sample.text.slice(0, 40)}`, sample] as const))(
    "every pair of formats: %s",
    async (_, sample) => {
      const text = Buffer.from(sample.text);
      const isStream = sample.text.includes(") (");
      const formats = isStream && sample.type === "Point" ? HOLD_MANY : FORMATS;
      const binary = tool(sample, "text", "binary", text);
      expect(show(await convert(sample, "text", "binary", text), "binary")).toBe(show(binary, "binary"));
      const canonical = show(await convert(sample, "binary", "canonical", binary), "canonical");
      const isWrong = (from: Format, to: Format) => sample.defect?.conversions.test(`${from}:${to}`);
      for (const from of formats) {
        const input = await (isWrong("binary", from) ? convert : tool)(sample, "binary", from, binary);
        for (const to of formats) {
          const made = await convert(sample, from, to, input);
          if (!isWrong(from, to)) {
            expect(show(made, to), `${from}:${to}`).toBe(show(tool(sample, from, to, input), to));
          } else {
            expect(show(await convert(sample, to, "canonical", made), "canonical"), `${from}:${to}`).toBe(canonical);
          }
        }
      }
    },
    SLOW,
  );

  it(
    "in one line with --short",
    async () => {
      for (const sample of CORPUS) {
        const binary = tool(sample, "text", "binary", Buffer.from(sample.text));
        for (const to of ["text", "json"] as const) {
          if (sample.defect?.conversions.test(`binary:${to}`)) continue;
          const expected = tool(sample, "binary", to, binary, "--short");
          expect(show(await convert(sample, "binary", to, binary, { short: true }), to)).toBe(show(expected, to));
        }
      }
    },
    SLOW,
  );

  it(
    "into segments of the size that --segment-size says",
    async () => {
      for (const sample of CORPUS) {
        const binary = tool(sample, "text", "binary", Buffer.from(sample.text));
        const canonical = await convert(sample, "binary", "canonical", binary);
        for (const [segmentWords, to] of [
          [1, "binary"],
          [2, "packed"],
          [7, "binary"],
          [100, "packed"],
        ] as const) {
          const expected = tool(sample, "binary", to, binary, `--segment-size=${segmentWords}`);
          const made = await convert(sample, "binary", to, binary, { segmentWords });
          expect(show(made, to), `${sample.type} ${segmentWords}`).toBe(show(expected, to));
          // And back from many segments.
          const back = await convert(sample, to, "canonical", made).catch(String);
          expect(back).toEqual(canonical);
        }
      }
    },
    SLOW,
  );

  it("with a type that has arguments", () => {
    const text = '(entries = [(key = "one", value = (name = "x")), (key = "two", value = (name = "y"))])';
    const args = ["generics.capnp", "Map(Text, Item)"];
    const run = capwire(["convert", "text:binary", ...args], text);
    expect(run.stderr.toString()).toBe("");
    expect(run.stdout.equals(capnp(["convert", "text:binary", ...args], text))).toBe(true);
    const entry = ["--short", "text:json", "generics.capnp", "Map(Data, List(Item)).Entry"];
    const entryText = '(key = "ab", value = [(name = "c")])';
    expect(capwire(["convert", ...entry], entryText).stdout.toString()).toBe(
      Buffer.from(capnp(["convert", ...entry], entryText)).toString(),
    );
  });
});

describe("the process", () => {
  const sample = ["all-types.capnp", "Point"] as const;

  it("converts what encode and decode convert", () => {
    const encoded = capwire(["encode", ...sample], '(x = 1, name = "one") (y = -2)');
    expect([encoded.status, encoded.stderr.toString()]).toEqual([0, ""]);
    const decoded = capwire(["decode", "--short", ...sample], encoded.stdout);
    expect(decoded.stdout.toString()).toBe('(x = 1, y = 0, name = "one")\n(x = 0, y = -2)\n');
    const packed = capwire(["encode", "--packed", ...sample], "(x = 1)");
    expect(capwire(["decode", "-p", "--short", ...sample], packed.stdout).stdout.toString()).toBe("(x = 1, y = 0)\n");
  });

  it("needs no schema between binary formats, and no type beside one", () => {
    const binary = capwire(["encode", ...sample], "(x = 1)").stdout;
    for (const schema of [[], ["all-types.capnp"]]) {
      const run = capwire(["convert", "binary:canonical", ...schema], binary);
      expect([run.status, run.stdout.toString("hex")]).toEqual([0, "00000000010000000100000000000000"]);
    }
  });

  it("takes type arguments from other files", () => {
    const type = 'Box(import "all-types.capnp".Point)';
    const run = capwire(
      ["convert", "--short", "text:json", "generics.capnp", type],
      "(value = (x = 1), one = (y = 2))",
    );
    expect([run.stderr.toString(), run.stdout.toString()]).toEqual([
      "",
      '{"value":{"x":1,"y":0},"group":{"count":0},"one":{"x":0,"y":2}}\n',
    ]);
  });

  it("writes nothing for no input", () => {
    const run = capwire(["convert", "binary:text", ...sample]);
    expect([run.status, run.stdout.toString(), run.stderr.toString()]).toEqual([0, "", ""]);
  });

  it("knows a bracket in a string from a bracket, also between messages", () => {
    const run = capwire(["convert", "--short", "text:json", ...sample], '(name = ")(") (name = "\\"(") # )\n(x = 1)');
    expect(run.stdout.toString().split("\n").slice(0, 3)).toEqual([
      '{"x":0,"y":0,"name":")("}',
      '{"x":0,"y":0,"name":"\\"("}',
      '{"x":1,"y":0}',
    ]);
    const json = capwire(["convert", "--short", "json:text", ...sample], '{"name":"}{"}{"name":"\\"{"}');
    expect(json.stdout.toString()).toBe('(x = 0, y = 0, name = "}{")\n(x = 0, y = 0, name = "\\"{")\n');
  });

  it("shows where text is wrong, after what came before it", () => {
    const run = capwire(["convert", "--short", "text:text", ...sample], '(x = 1)\n(x = 2,\n  y = "two")\n(x = 3)');
    expect(run.status).toBe(1);
    expect(run.stdout.toString()).toBe("(x = 1, y = 0)\n");
    expect(run.stderr.toString()).toMatch(
      /^capwire: standard input, line 3, column 7 \(message 1\): .*\n {4}y = "two"\)\n {8}\^/,
    );
  });

  it("says where binary input ends too early, or what it looks like", () => {
    const binary = capwire(["encode", ...sample], "(x = 1) (x = 2)").stdout;
    const cut = capwire(["decode", "--short", ...sample], binary.subarray(0, binary.length - 1));
    expect([cut.status, cut.stdout.toString()]).toEqual([1, "(x = 1, y = 0)\n"]);
    expect(cut.stderr.toString()).toMatch(/at byte 63, in message 1, which starts at byte 32/);
    const text = capwire(["decode", ...sample], "(x = 1, y = 2)");
    expect([text.status, text.stderr.toString()]).toEqual([
      1,
      "capwire: the input is not in binary format; it looks like text\n",
    ]);
    const packed = capwire(["encode", "-p", ...sample], "(x = 1)").stdout;
    expect(capwire(["decode", ...sample], packed).stderr.toString()).toMatch(/looks like packed/);
  });

  it("shows what is wrong with a type, under the type", () => {
    const run = capwire(["decode", "generics.capnp", "Map(Text, Nobody).Entry"]);
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toBe(
      `capwire: 'Nobody' is not defined.\n  Map(Text, Nobody).Entry\n  ${" ".repeat(10)}^^^^^^\n`,
    );
    expect(capwire(["decode", "all-types.capnp", "Color"]).stderr.toString()).toBe("capwire: Color is not a struct.\n");
  });

  it("exits with 2 for arguments that make no sense", () => {
    for (const args of [
      ["convert"],
      ["convert", "binary"],
      ["convert", "binary:xml"],
      ["convert", "binary:json"],
      ["convert", "--segment-size=many", "binary:packed"],
      ["convert", "--no-such-option", "binary:packed"],
      ["decode", "all-types.capnp"],
      ["decode", "-b", "-p", ...sample],
      ["encode", ...sample, "more"],
      ["convert", "binary:text", "all-types.capnp", "Point; }"],
    ]) {
      const run = capwire(args);
      expect([args, run.status, run.stdout.toString()]).toEqual([args, 2, ""]);
      expect(run.stderr.toString()).toMatch(/^capwire: .*\nTry `capwire [a-z]+ --help`\.\n$/);
    }
  });

  it("does not print half a billion voids that are not there", () => {
    const frame = Buffer.from("00000000020000000000000000000100010000 00f8ffffff".replace(/ /g, ""), "hex");
    const run = capwire(["convert", "--short", "binary:text", "all-types.capnp", "Lists"], frame);
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(/^capwire: .*traversal limit/);
    expect(capwire(["convert", "binary:packed"], frame).status).toBe(1);
  });

  it("needs constant memory for a stream of any length, and stops when its reader has had enough", async () => {
    const message = capwire(["encode", ...sample], `(name = "${"x".repeat(1000)}")`).stdout;
    const chunk = Buffer.concat(new Array(200).fill(message));
    const child = spawn(
      process.execPath,
      ["--max-old-space-size=64", built("cli/bin.js"), "convert", "binary:packed", ...sample],
      { cwd: SCHEMAS, stdio: ["pipe", "pipe", "inherit"] },
    );
    let length = 0;
    child.stdout.on("data", (data: Buffer) => {
      length += data.length;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    // Sixty megabytes.
    for (let count = 0; count < 300; count++) {
      if (!child.stdin.write(chunk)) await new Promise((resolve) => child.stdin.once("drain", resolve));
    }
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(length).toBeGreaterThan(55_000_000);
    const early = spawnSync(
      "sh",
      [
        "-c",
        `yes '(x = 1)' | "${process.execPath}" "${built("cli/bin.js")}" convert text:json ${sample.join(" ")} | head -c 100`,
      ],
      { cwd: SCHEMAS },
    );
    expect([early.status, early.stdout.length, early.stderr.toString()]).toEqual([0, 100, ""]);
  });
});
