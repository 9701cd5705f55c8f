/** Writing streams of messages: sinks, formats, backpressure, failures; and files. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import {
  encodeMessage,
  encodeMessages,
  MESSAGE_FORMATS,
  MessageWriter,
  messagesIn,
  writeMessages,
} from "capwire/streams";
import { MessageBuilder } from "capwire/wire";
import { afterAll, describe, expect, it } from "vitest";
import { readMessageFile, readMessageFileSync, writableSink, writeMessageFile } from "../../src/streams/node/index.js";
import { SmallAllocator } from "../wire/allocators.js";
import { collect, Note, note, notes, numberOf, textOf } from "./messages.js";

const folder = mkdtempSync(join(tmpdir(), "capwire-streams-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scattered(): MessageBuilder {
  const message = new MessageBuilder({ allocator: new SmallAllocator(1), firstSegmentWords: 1 });
  const root = message.initRoot(Note);
  root.$setUint32(0, 77);
  root.$setText(0, "in several segments");
  return message;
}

describe("a message in each format", () => {
  it.each(MESSAGE_FORMATS)("is read back: %s", (format) => {
    for (const message of [note(77, "in several segments"), scattered(), scattered().asReader()]) {
      const [read] = [...messagesIn(encodeMessage(message, format), { format })];
      expect([numberOf(read!), textOf(read!)]).toEqual([77, "in several segments"]);
    }
  });
});

describe("encoded messages", () => {
  it("leave together when they are at hand together", async () => {
    const chunks = await collect(encodeMessages(notes(5000)));
    expect(chunks.length).toBeLessThan(10);
    expect([...messagesIn(Buffer.concat(chunks))].map(numberOf)).toHaveLength(5000);
  });

  it("leave one by one when they are waited for", async () => {
    async function* slowly() {
      yield* notes(3);
    }
    expect(await collect(encodeMessages(slowly()))).toHaveLength(3);
  });

  it("are one in a format that holds one", async () => {
    await expect(collect(encodeMessages(notes(2), { format: "flat" }))).rejects.toMatchObject({
      code: "one-message-format",
    });
  });
});

describe("writing to", () => {
  it("a web stream waits for it", async () => {
    const chunks: Uint8Array[] = [];
    let pending = 0;
    let most = 0;
    const stream = new WritableStream<Uint8Array>(
      {
        async write(chunk) {
          most = Math.max(most, ++pending);
          await new Promise((resolve) => setTimeout(resolve, 1));
          pending--;
          chunks.push(chunk);
        },
      },
      { highWaterMark: 1 },
    );
    async function* produce() {
      yield* notes(10);
    }
    await writeMessages(stream, produce(), { format: "packed" });
    expect(most).toBe(1);
    expect([...messagesIn(Buffer.concat(chunks), { format: "packed" })].map(numberOf)).toHaveLength(10);
    expect(stream.locked).toBe(true);
  });

  it("a web stream can leave it open", async () => {
    const stream = new WritableStream<Uint8Array>();
    await writeMessages(stream, notes(2), { keepOpen: true });
    expect(stream.locked).toBe(false);
    await stream.close();
  });

  it("a Node stream waits for drain", async () => {
    let most = 0;
    const chunks: Buffer[] = [];
    const slow = new Writable({
      highWaterMark: 1000,
      write(chunk: Buffer, _encoding, done) {
        most = Math.max(most, slow.writableLength);
        chunks.push(chunk);
        setTimeout(done, 1);
      },
    });
    async function* produce() {
      for (let index = 0; index < 100; index++) yield note(index, "x".repeat(100));
    }
    await writeMessages(writableSink(slow), produce());
    expect(most).toBeLessThan(1500);
    expect([...messagesIn(Buffer.concat(chunks))]).toHaveLength(100);
    expect(slow.writableFinished).toBe(true);
  });

  it("a stream that fails rejects", async () => {
    const failing = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => setImmediate(() => done(new Error("disk full"))),
    });
    await expect(writeMessages(writableSink(failing), notes(5))).rejects.toThrow("disk full");
    const web = new WritableStream<Uint8Array>({
      write() {
        throw new Error("pipe closed");
      },
    });
    await expect(writeMessages(web, notes(5))).rejects.toThrow("pipe closed");
  });

  it("a stream that a signal aborts is destroyed, also while it makes us wait", async () => {
    const stuck = new Writable({ highWaterMark: 1, write() {} });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 5);
    stuck.on("error", () => {});
    await expect(writeMessages(writableSink(stuck), notes(5), { signal: controller.signal })).rejects.toThrow("enough");
    expect(stuck.destroyed).toBe(true);
  });

  it("a stream whose messages fail aborts it", async () => {
    async function* broken() {
      yield note(1);
      throw new Error("no more notes");
    }
    const sink = new PassThrough();
    sink.on("error", () => {});
    await expect(writeMessages(writableSink(sink), broken())).rejects.toThrow("no more notes");
    expect(sink.destroyed).toBe(true);
  });

  it("a writer takes messages one by one", async () => {
    const through = new PassThrough();
    const writer = new MessageWriter(writableSink(through));
    await writer.write(note(1));
    await writer.write(note(2));
    await writer.close();
    expect([...messagesIn(Buffer.concat(await collect<Buffer>(through)))].map(numberOf)).toEqual([1, 2]);
  });
});

describe("files", () => {
  it("are written and read in every format", async () => {
    for (const format of MESSAGE_FORMATS) {
      const path = join(folder, `notes.${format}`);
      const many = format === "binary" || format === "packed" ? notes(2000) : notes(1);
      await writeMessageFile(path, many, { format });
      const read = await collect(readMessageFile(path, { format }));
      expect(read.map(numberOf)).toEqual(many.map((_, index) => index));
      expect([...readMessageFileSync(path, { format })].map(textOf)).toHaveLength(many.length);
    }
  });

  it("that are not there, or cut short, say so", async () => {
    await expect(collect(readMessageFile(join(folder, "missing")))).rejects.toMatchObject({ code: "ENOENT" });
    const path = join(folder, "short");
    writeFileSync(path, encodeMessage(note(1)).subarray(0, 30));
    await expect(collect(readMessageFile(path))).rejects.toMatchObject({ code: "premature-end", byteOffset: 30 });
    await expect(writeMessageFile(join(folder, "no", "folder"), notes(1))).rejects.toMatchObject({ code: "ENOENT" });
    expect(existsSync(join(folder, "no"))).toBe(false);
    expect(readFileSync(path)).toHaveLength(30);
  });
});
