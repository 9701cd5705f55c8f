/** Messages for transport tests: frames whose root is a Data blob, and a handler that records what a transport tells it. */

import type { OutgoingFrame, Transport, TransportHandler } from "../../src/transport/transport.js";
import { encodeFrame } from "../../src/wire/framing.js";
import { Data } from "../../src/wire/index.js";
import { MessageBuilder, type MessageReader } from "../../src/wire/message.js";

/** A frame carrying `payload`. */
export function frameOf(payload: Uint8Array | string): Uint8Array {
  const message = new MessageBuilder();
  message.root.set(Data, typeof payload === "string" ? new TextEncoder().encode(payload) : payload);
  return encodeFrame(message);
}

/** The payload of a message made by frameOf. */
export function payloadOf(message: MessageReader): Uint8Array {
  return message.root.as(Data);
}

/** `count` frames lying end to end in one buffer, as a slab makes them. */
export function adjacentFrames(payloads: readonly string[]): OutgoingFrame[] {
  const frames = payloads.map(frameOf);
  const bytes = Buffer.concat(frames);
  let at = 0;
  return frames.map(({ byteLength }) => {
    const start = at;
    at += byteLength;
    return [bytes.subarray(start, at)];
  });
}

/** Deterministic bytes, different for different seeds. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

export type TransportEvent = "message" | "batchEnd" | "drained" | "closed";

/** Records everything a transport reports; `until` waits for a condition on the record. */
export class Recorder implements TransportHandler {
  readonly payloads: Uint8Array[] = [];
  readonly messages: MessageReader[] = [];
  readonly events: TransportEvent[] = [];
  /** Undefined until `closed` was called. */
  ending: Error | null | undefined;
  /** Runs inside `message`, for tests that act from within. */
  onMessage: ((payload: Uint8Array) => void) | null = null;
  readonly #waiting: { condition: () => boolean; done: () => void }[] = [];

  message(message: MessageReader): void {
    this.events.push("message");
    this.messages.push(message);
    const payload = payloadOf(message);
    this.payloads.push(payload);
    this.onMessage?.(payload);
    this.#look();
  }

  batchEnd(): void {
    this.events.push("batchEnd");
    this.#look();
  }

  drained(): void {
    this.events.push("drained");
    this.#look();
  }

  closed(error: Error | null): void {
    if (this.ending !== undefined) throw new Error("closed was reported twice");
    this.events.push("closed");
    this.ending = error;
    this.#look();
  }

  get texts(): string[] {
    return this.payloads.map((payload) => new TextDecoder().decode(payload));
  }

  until(condition: (record: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ condition: () => condition(this), done: resolve });
      this.#look();
    });
  }

  ended(): Promise<void> {
    return this.until((record) => record.ending !== undefined);
  }

  #look(): void {
    for (const waiter of [...this.#waiting]) {
      if (!waiter.condition()) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.done();
    }
  }
}

/** Starts `transport` on a new recorder. */
export function record(transport: Transport): Recorder {
  const recorder = new Recorder();
  transport.start(recorder);
  return recorder;
}

/** Sends one payload as one frame; resolves when the transport has let go of the bytes. */
export function sendPayload(transport: Transport, payload: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    transport.send([[frameOf(payload)]], resolve);
  });
}

/** Lets a few macrotasks pass: time for something that must not happen to happen. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
