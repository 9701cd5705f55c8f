/**
 * Where encoded values go: straight into text, so that a large message needs no memory but for its text, or into a JsonValue, for
 * layouts and handlers that look at a value whole.
 */

import { printJson, quote } from "./print.js";
import type { JsonMember, JsonValue } from "./value.js";

export interface JsonWriter {
  /** A complete value. */
  value(json: JsonValue): void;
  open(kind: "array" | "object"): void;
  /** The name of the next value; only in objects. */
  name(name: string): void;
  close(): void;
}

/** Flattened and put aside at this length: a string that only ever grows holds on to all its pieces. */
const CHUNK_UNITS = 16 * 1024;

/** Text without spaces. */
export class TextWriter implements JsonWriter {
  readonly #chunks: string[] = [];
  readonly #closers: string[] = [];
  #chunk = "";
  #isFirst = true;

  value(json: JsonValue): void {
    this.#separate();
    this.#chunk += printJson(json);
    if (this.#chunk.length > CHUNK_UNITS) this.#putAside();
  }

  open(kind: "array" | "object"): void {
    this.#separate();
    this.#chunk += kind === "array" ? "[" : "{";
    this.#closers.push(kind === "array" ? "]" : "}");
    this.#isFirst = true;
  }

  name(name: string): void {
    this.#separate();
    this.#chunk += `${quote(name)}:`;
    this.#isFirst = true;
  }

  close(): void {
    this.#chunk += this.#closers.pop();
    this.#isFirst = false;
  }

  /** All that was written. */
  text(): string {
    this.#putAside();
    return this.#chunks.length === 1 ? this.#chunks[0]! : this.#chunks.join("");
  }

  #separate(): void {
    if (this.#isFirst) this.#isFirst = false;
    else this.#chunk += ",";
  }

  #putAside(): void {
    // Looking at a character makes the engine flatten the string.
    this.#chunk.charCodeAt(0);
    this.#chunks.push(this.#chunk);
    this.#chunk = "";
  }
}

interface Level {
  readonly items: JsonValue[];
  readonly members: JsonMember[] | undefined;
  name: string;
}

/** A JsonValue. */
export class TreeWriter implements JsonWriter {
  readonly #levels: Level[] = [{ items: [], members: undefined, name: "" }];

  value(json: JsonValue): void {
    const level = this.#levels[this.#levels.length - 1]!;
    if (level.members) level.members.push({ name: level.name, value: json });
    else level.items.push(json);
  }

  open(kind: "array" | "object"): void {
    this.#levels.push({ items: [], members: kind === "object" ? [] : undefined, name: "" });
  }

  name(name: string): void {
    this.#levels[this.#levels.length - 1]!.name = name;
  }

  close(): void {
    const { items, members } = this.#levels.pop()!;
    this.value(members ? { kind: "object", members } : { kind: "array", items });
  }

  /** What was written. */
  json(): JsonValue {
    return this.#levels[0]!.items[0]!;
  }
}
