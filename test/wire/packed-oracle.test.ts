/** Packed, flat and canonical bytes held against the installed `capnp convert`, both ways, and what either refuses. */

import { spawnSync } from "node:child_process";
import {
  AnyStruct,
  canonicalize,
  decodePackedFrame,
  encodeFrame,
  encodePackedFrame,
  MessageReader,
  pack,
  totalSize,
  unpack,
} from "capwire/wire";
import { describe, expect, it } from "vitest";
import { hasCapnp } from "../codegen/capnp-tool.js";
import { random } from "./random.js";
import { randomMessage } from "./random-message.js";

/** What the tool makes of `input`; null if it refuses it. */
function tool(conversion: string, input: Uint8Array): Buffer | null {
  const run = spawnSync("capnp", ["convert", "--quiet", conversion], { input, maxBuffer: 1 << 26 });
  return run.status === 0 && run.stderr.length === 0 ? run.stdout : null;
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString("hex");
}

describe.skipIf(!hasCapnp)("random messages", () => {
  const messages = Array.from({ length: 60 }, (_, seed) => randomMessage(random(seed)));

  it("packed here are unpacked by the C++ tool, whatever their segments", () => {
    for (const message of messages) {
      const root = message.asReader().getRoot(AnyStruct);
      expect(hex(tool("packed:canonical", encodePackedFrame(message)))).toBe(hex(canonicalize(root)));
    }
  });

  it("packed by the C++ tool are unpacked here, to the bytes it would have written unpacked", () => {
    for (const message of messages) {
      for (const size of ["--segment-size=1", "--segment-size=9", "--segment-size=5000"]) {
        const input = encodeFrame(message);
        const convert = (to: string) =>
          spawnSync("capnp", ["convert", "--quiet", size, `binary:${to}`], { input }).stdout as Buffer;
        const unpacked = decodePackedFrame(convert("packed"));
        const segments = Array.from({ length: unpacked.segmentCount }, (_, id) => {
          const { bytes, start, end } = unpacked.segment(id)!;
          return bytes.subarray(start, end);
        });
        const plain = convert("binary");
        expect(Buffer.concat(segments).equals(plain.subarray(plain.length - unpacked.byteLength))).toBe(true);
      }
    }
  });

  it("have the same flat and canonical form, packed and not, and the same size", () => {
    for (const message of messages) {
      const frame = encodeFrame(message);
      const flat = tool("binary:flat", frame)!;
      expect(flat.length).toBe((totalSize(message.asReader().root).words + 1) * 8);
      expect(hex(pack(flat))).toBe(hex(tool("binary:flat-packed", frame)));
      expect(hex(unpack(tool("binary:flat-packed", frame)!))).toBe(hex(flat));
      const canonical = canonicalize(new MessageReader([flat]).root);
      expect(hex(canonical)).toBe(hex(tool("binary:canonical", frame)));
      expect(tool("canonical:flat", canonical)).not.toBe(null);
    }
  });
});

describe.skipIf(!hasCapnp)("packed bytes that are not what an encoder writes", () => {
  // A message of two words in one segment: [0x10, 2] is its table.
  const PIECES: readonly (readonly number[])[] = [
    [0x10, 2, 0x10, 1, 0x01, 7],
    // Zero bytes written out, and a run in two parts.
    [0x10, 2, 0x11, 0, 1, 0x01, 7],
    [0xff, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0x10, 1, 0x01, 7],
    // A run from the table into the segment; beyond the end of the message; within it.
    [0xff, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0x01, 7],
    [0x10, 2, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0x10, 2, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0],
    [0x10, 2, 0x10, 1, 0x00, 0],
    [0x10, 2, 0x10, 1, 0x00, 1],
    // Two segments; the first word of the table with a run, the table's second word with a run.
    [0x11, 1, 1, 0x01, 1, 0x10, 0, 0x00, 0],
    [0x11, 1, 2, 0x01, 0, 0x10, 1, 0x01, 5],
    [0x11, 1, 2, 0x00, 0, 0x10, 1, 0x01, 5],
    [0x11, 1, 2, 0x00, 1, 0x10, 1, 0x01, 5],
    // Cut short.
    [0x10],
    [0x10, 2],
    [0x10, 2, 0x10, 1],
    [0x10, 2, 0x10, 1, 0x01],
    [0x10, 2, 0x10, 1, 0x00],
    // Beyond the limits: 256 segments without their sizes, and 4 Gi of them.
    [0x01, 0xff],
    [0x0f, 255, 255, 255, 255],
  ];

  it.each(PIECES.map((bytes) => [Buffer.from(bytes).toString("hex"), bytes] as const))(
    "are taken or refused as the C++ tool does: %s",
    (_, bytes) => {
      const packed = Uint8Array.from(bytes);
      let ours: Uint8Array | null = null;
      try {
        ours = canonicalize(decodePackedFrame(packed).getRoot(AnyStruct));
      } catch {}
      expect(hex(ours)).toBe(hex(tool("packed:canonical", packed)));
    },
  );
});
