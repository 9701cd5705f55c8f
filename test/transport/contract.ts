/**
 * What every transport must do (src/transport/transport.ts), as one suite each of them runs. A harness makes joined
 * pairs of transports, and transports whose other end is raw: where the test writes bytes and ends the stream itself.
 */

import { afterEach, describe, expect, it } from "vitest";
import type { Transport } from "../../src/transport/transport.js";
import { WireError } from "../../src/wire/errors.js";
import { adjacentFrames, frameOf, noise, payloadOf, record, sendPayload, settle } from "./messages.js";

/** The other end of a transport, as bytes. On a message-oriented transport `write` sends one frame per call. */
export interface RawEnd {
  write(bytes: Uint8Array): void;
  /** Ends our direction in order; the transport's direction still works. */
  end(): void;
  /** Breaks off. */
  destroy(): void;
  /** Stops and resumes taking in bytes, where the medium has backpressure. */
  pause?(): void;
  resume?(): void;
  /** Everything received so far. */
  received(): Uint8Array;
}

export interface TransportHarness {
  readonly name: string;
  pair(): Promise<{ left: Transport; right: Transport }>;
  raw(): Promise<{ transport: Transport; peer: RawEnd }>;
  /** Frees what `pair` and `raw` opened. */
  cleanUp?(): Promise<void> | void;
  /** Each write of the raw end is one frame: there are no partial frames and no two messages in one chunk. */
  readonly messageOriented?: boolean;
  /** The medium cannot tell a break from an orderly end. */
  readonly breaksQuietly?: boolean;
  /** One direction can end while the other goes on. */
  readonly halfClose?: boolean;
}

export function runTransportContract(harness: TransportHarness): void {
  describe(`${harness.name} keeps the transport contract`, () => {
    const open: Transport[] = [];
    const pair = async () => {
      const made = await harness.pair();
      open.push(made.left, made.right);
      return made;
    };
    const raw = async () => {
      const made = await harness.raw();
      open.push(made.transport);
      return made;
    };
    afterEach(async () => {
      for (const transport of open.splice(0)) transport.close();
      await harness.cleanUp?.();
    });

    it("delivers messages both ways, in the order sent", async () => {
      const { left, right } = await pair();
      const atLeft = record(left);
      const atRight = record(right);
      for (let index = 0; index < 100; index++) {
        sendPayload(left, `to right ${index}`);
        sendPayload(right, `to left ${index}`);
      }
      await atRight.until((seen) => seen.payloads.length === 100);
      await atLeft.until((seen) => seen.payloads.length === 100);
      expect(atRight.texts).toEqual(Array.from({ length: 100 }, (_, index) => `to right ${index}`));
      expect(atLeft.texts).toEqual(Array.from({ length: 100 }, (_, index) => `to left ${index}`));
    });

    it("delivers many small messages given in one send, and releases them once", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      const payloads = Array.from({ length: 1000 }, (_, index) => `message ${index}`);
      let releases = 0;
      left.send(adjacentFrames(payloads), () => releases++);
      await atRight.until((seen) => seen.payloads.length === 1000);
      await settle();
      expect(atRight.texts).toEqual(payloads);
      expect(releases).toBe(1);
    });

    it("ends every batch of messages with batchEnd", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      left.send(adjacentFrames(["a", "b", "c"]), () => {});
      await atRight.until((seen) => seen.payloads.length === 3);
      await settle();
      expect(atRight.events.at(-1)).toBe("batchEnd");
      expect(atRight.events.filter((event) => event === "message")).toHaveLength(3);
      expect(atRight.events[0]).toBe("message");
    });

    it("delivers a frame given in pieces", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      const whole = frameOf("in three pieces, not adjacent");
      const pieces = [whole.slice(0, 8), whole.slice(8, 16), whole.slice(16)];
      left.send([pieces, [frameOf("after")]], () => {});
      await atRight.until((seen) => seen.payloads.length === 2);
      expect(atRight.texts).toEqual(["in three pieces, not adjacent", "after"]);
    });

    it("delivers big messages", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      const big = noise(5_000_000);
      sendPayload(left, "before");
      sendPayload(left, big);
      sendPayload(left, "after");
      await atRight.until((seen) => seen.payloads.length === 3);
      expect(Buffer.compare(atRight.payloads[1]!, big)).toBe(0);
      expect(new TextDecoder().decode(atRight.payloads[2])).toBe("after");
    });

    it("never changes a message after delivering it", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      for (let seed = 0; seed < 40; seed++) {
        await sendPayload(left, noise(3000, seed));
      }
      await atRight.until((seen) => seen.payloads.length === 40);
      await settle();
      for (let seed = 0; seed < 40; seed++) {
        expect(Buffer.compare(payloadOf(atRight.messages[seed]!), noise(3000, seed))).toBe(0);
      }
    });

    it("does not mind that the sender reuses the bytes once they are released", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      const frame = frameOf(noise(2000, 7));
      await new Promise<void>((resolve) => left.send([[frame]], resolve));
      frame.fill(0xee);
      await atRight.until((seen) => seen.payloads.length === 1);
      await settle();
      expect(Buffer.compare(payloadOf(atRight.messages[0]!), noise(2000, 7))).toBe(0);
    });

    it("calls nobody from inside start and send", async () => {
      const { left, right } = await pair();
      sendPayload(left, "early");
      await settle();
      let inside = true;
      const atRight = record(right);
      atRight.onMessage = () => expect(inside).toBe(false);
      sendPayload(right, "reply");
      inside = false;
      await atRight.until((seen) => seen.payloads.length === 1);
    });

    it("delivers what was sent before the other end started", async () => {
      const { left, right } = await pair();
      record(left);
      sendPayload(left, "first");
      sendPayload(left, "second");
      await settle();
      const atRight = record(right);
      sendPayload(left, "third");
      await atRight.until((seen) => seen.payloads.length === 3);
      expect(atRight.texts).toEqual(["first", "second", "third"]);
    });

    it("reports a close between two messages as a clean end, after the messages", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      sendPayload(left, "last words");
      left.close();
      await atRight.ended();
      expect(atRight.texts).toEqual(["last words"]);
      expect(atRight.ending).toBeNull();
      expect(atRight.events.at(-1)).toBe("closed");
    });

    it("sends everything it accepted before it closes, also when that is much", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      for (let index = 0; index < 40; index++) sendPayload(left, noise(100_000, index));
      left.close();
      await atRight.ended();
      expect(atRight.payloads).toHaveLength(40);
      expect(Buffer.compare(atRight.payloads[39]!, noise(100_000, 39))).toBe(0);
      expect(atRight.ending).toBeNull();
    });

    it("tells its handler nothing after close, which may be called twice", async () => {
      const { left, right } = await pair();
      const atLeft = record(left);
      record(right);
      sendPayload(right, "too late");
      left.close();
      left.close();
      sendPayload(right, "much too late");
      await settle();
      expect(atLeft.events).toEqual([]);
    });

    it("stops delivering the messages of a chunk when one of them makes its receiver close", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      atRight.onMessage = () => right.close();
      left.send(adjacentFrames(["only this", "not this", "nor this"]), () => {});
      await atRight.until((seen) => seen.payloads.length === 1);
      await settle();
      expect(atRight.texts).toEqual(["only this"]);
      expect(atRight.events).toEqual(["message"]);
    });

    it("ignores sends after close but releases their bytes", async () => {
      const { left, right } = await pair();
      const atRight = record(right);
      record(left);
      left.close();
      let releases = 0;
      left.send([[frameOf("ghost")]], () => releases++);
      await atRight.ended();
      await settle();
      expect(releases).toBe(1);
      expect(atRight.payloads).toEqual([]);
    });

    it("releases the bytes of every send, also when the peer is gone", async () => {
      const { transport, peer } = await raw();
      record(transport);
      let releases = 0;
      const send = () => transport.send([[frameOf(noise(200_000))]], () => releases++);
      send();
      peer.destroy();
      for (let index = 0; index < 20; index++) {
        send();
        await settle(2);
      }
      transport.close();
      await settle(50);
      expect(releases).toBe(21);
    });

    it("reports garbage once, as a WireError, after the messages before it", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      peer.write(frameOf("fine"));
      peer.write(new Uint8Array(64).fill(0xff));
      peer.write(frameOf("never seen"));
      await seen.ended();
      await settle();
      expect(seen.texts).toEqual(["fine"]);
      expect(seen.ending).toBeInstanceOf(WireError);
    });

    it("refuses a message larger than the limit before it has arrived", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      const header = new DataView(new ArrayBuffer(16));
      header.setUint32(4, 0x7fff_ffff, true);
      peer.write(new Uint8Array(header.buffer));
      await seen.ended();
      expect(seen.ending).toBeInstanceOf(WireError);
    });

    it("still sends after it reported garbage, so that the peer can be told", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      peer.write(new Uint8Array(64).fill(0xff));
      await seen.ended();
      const farewell = frameOf("that was garbage");
      await new Promise<void>((resolve) => transport.send([[farewell]], resolve));
      transport.close();
      await eventually(() => Buffer.from(peer.received()).includes(Buffer.from(farewell)));
    });

    it("closes while the peer keeps sending", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      for (let index = 0; index < 50; index++) peer.write(frameOf(noise(50_000)));
      await seen.until((record) => record.payloads.length > 0);
      const before = seen.events.length;
      transport.close();
      await settle(50);
      expect(seen.events.length).toBe(before);
    });

    it("survives close during a send the peer does not take", async () => {
      const { transport, peer } = await raw();
      record(transport);
      peer.pause?.();
      let releases = 0;
      for (let index = 0; index < 20; index++) transport.send([[frameOf(noise(200_000))]], () => releases++);
      transport.close(new Error("enough"));
      peer.destroy();
      await eventually(() => releases === 20);
    });

    it.runIf(!harness.breaksQuietly)("reports a break as an error", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      peer.write(frameOf("before the break"));
      await seen.until((record) => record.payloads.length === 1);
      // Something under way is what makes a destroyed socket a reset instead of an end.
      transport.send([[frameOf(noise(4_000_000))]], () => {});
      peer.destroy();
      for (let index = 0; index < 5 && seen.ending === undefined; index++) {
        await settle(5);
        transport.send([[frameOf("anybody there?")]], () => {});
      }
      await seen.ended();
      expect(seen.ending).toBeInstanceOf(Error);
    });

    it.skipIf(harness.messageOriented)("decodes a stream cut anywhere", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      const bytes = Buffer.concat([frameOf("one"), frameOf(noise(300)), frameOf("three")]);
      for (const byte of bytes) {
        peer.write(Uint8Array.of(byte));
        if (byte % 7 === 0) await settle(1);
      }
      await seen.until((record) => record.payloads.length === 3);
      expect(seen.texts[0]).toBe("one");
      expect(Buffer.compare(seen.payloads[1]!, noise(300))).toBe(0);
      expect(seen.texts[2]).toBe("three");
    });

    it.skipIf(harness.messageOriented)("reports an end inside a message as an error", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      const frame = frameOf("cut off");
      peer.write(frame.subarray(0, frame.byteLength - 8));
      peer.end();
      await seen.ended();
      expect(seen.payloads).toEqual([]);
      expect(seen.ending).toBeInstanceOf(WireError);
      expect((seen.ending as WireError).code).toBe("premature-end");
    });

    it.skipIf(harness.messageOriented)("reports an end inside a segment table as an error", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      peer.write(frameOf("whole"));
      peer.write(Uint8Array.of(0, 0, 0));
      peer.end();
      await seen.ended();
      expect(seen.texts).toEqual(["whole"]);
      expect((seen.ending as WireError).code).toBe("premature-end");
    });

    it.runIf(harness.halfClose)("still sends after the peer finished its direction", async () => {
      const { transport, peer } = await raw();
      const seen = record(transport);
      peer.write(frameOf("question"));
      peer.end();
      await seen.ended();
      expect(seen.ending).toBeNull();
      const answer = frameOf(noise(300_000));
      transport.send([[answer]], () => {});
      transport.close();
      await eventually(() => peer.received().byteLength >= answer.byteLength);
      expect(Buffer.compare(peer.received(), answer)).toBe(0);
    });

    it("holds back when the peer is slow, and says when it has drained", async () => {
      const { transport, peer } = await raw();
      if (!peer.pause || !peer.resume) return;
      const seen = record(transport);
      peer.pause();
      const frame = frameOf(noise(1_000_000));
      let sent = 0;
      // The system takes a good deal before it makes anybody wait; a wait that ends by itself does not count.
      for (let waits = false; !waits && sent < 200; sent++) {
        seen.events.length = 0;
        const ready = transport.send([[frame]], () => {});
        await settle();
        waits = !ready && seen.events.length === 0;
      }
      expect(sent).toBeLessThan(200);
      peer.resume();
      await seen.until((record) => record.events.includes("drained"));
      await eventually(() => peer.received().byteLength >= sent * frame.byteLength);
    });

    it("schedules a flush after promise reactions, once", async () => {
      const { left } = await pair();
      const log: string[] = [];
      await new Promise<void>((resolve) => {
        left.schedule(() => {
          log.push("flush");
          resolve();
        });
        let chain = Promise.resolve();
        for (let index = 0; index < 20; index++) chain = chain.then(() => {});
        chain.then(() => log.push("reactions done"));
        log.push("turn done");
      });
      await settle();
      expect(log).toEqual(["turn done", "reactions done", "flush"]);
    });

    it("names its peer", async () => {
      const { left, right } = await pair();
      expect(left.peerName).not.toBe("");
      expect(right.peerName).not.toBe("");
    });
  });
}

/** Waits until `condition` holds, for at most five seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition never held");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
