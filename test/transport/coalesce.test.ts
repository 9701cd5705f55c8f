import { expect, it } from "vitest";
import { coalesce } from "../../src/transport/stream.js";

const slab = new Uint8Array(64).map((_, index) => index);

it("joins frames that lie next to each other in one buffer", () => {
  const chunks = coalesce([[slab.subarray(0, 8)], [slab.subarray(8, 24)], [slab.subarray(24, 32)]]);
  expect(chunks).toHaveLength(1);
  expect(chunks[0]!.buffer).toBe(slab.buffer);
  expect([...chunks[0]!]).toEqual([...slab.subarray(0, 32)]);
});

it("joins the pieces of one frame with the frame after it", () => {
  expect(coalesce([[slab.subarray(0, 8), slab.subarray(8, 16)], [slab.subarray(16, 24)]])).toHaveLength(1);
});

it("keeps apart what does not touch, lies in another buffer, or touches in the other order", () => {
  const other = slab.slice();
  expect(coalesce([[slab.subarray(0, 8)], [slab.subarray(16, 24)]])).toHaveLength(2);
  expect(coalesce([[slab.subarray(0, 8)], [other.subarray(8, 16)]])).toHaveLength(2);
  expect(coalesce([[slab.subarray(8, 16)], [slab.subarray(0, 8)]])).toHaveLength(2);
});

it("hands on a lone piece as it is, without a new view", () => {
  const piece = slab.subarray(8, 16);
  expect(coalesce([[piece]])[0]).toBe(piece);
});

it("makes nothing of no frames", () => {
  expect(coalesce([])).toEqual([]);
});
