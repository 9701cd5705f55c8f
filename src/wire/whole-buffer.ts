/**
 * The DataView and Uint8Array over the whole buffer behind some bytes. Making the pair costs more than reading a small
 * message, so the last one is remembered: consecutive messages mostly come from one read buffer.
 */

export interface WholeBuffer {
  readonly view: DataView;
  readonly bytes: Uint8Array;
}

/** Larger buffers are not remembered, so that they can be collected. */
const LARGEST_REMEMBERED_BYTES = 1024 * 1024;

let lastBytes: Uint8Array | null = null;
let last: WholeBuffer | null = null;

/** The views over all of `bytes.buffer`. */
export function wholeBuffer(bytes: Uint8Array): WholeBuffer {
  // Comparing the array first avoids its slow `buffer` accessor.
  if (bytes === lastBytes) return last!;
  const { buffer } = bytes;
  let found = last;
  if (!found || found.view.buffer !== buffer) {
    found = { view: new DataView(buffer), bytes: new Uint8Array(buffer) };
    if (buffer.byteLength > LARGEST_REMEMBERED_BYTES) return found;
    last = found;
  }
  lastBytes = bytes;
  return found;
}
