/** What `console.log` shows of a struct: its class and its plain form, where it has one, instead of the message's bytes. */

import { CapwireError, UsageError } from "../errors.js";

/** The method that Node, Deno and Bun look for. */
export const INSPECT: unique symbol = /*@__PURE__*/ Symbol.for("nodejs.util.inspect.custom") as never;

export type Inspect = (value: unknown, options: object) => string;

/** `Person.Reader { name: 'Ada' }`. `depth` is how many levels are left to show; `inspect` shows the plain form. */
export function inspectStruct(struct: object, depth: number, options: object, inspect: Inspect | undefined): string {
  const name = struct.constructor.name.replace(/Class$/, "").replaceAll("$", ".");
  if (depth < 0 || !inspect || !("toObject" in struct) || typeof struct.toObject !== "function") return `[${name}]`;
  try {
    return `${name} ${inspect(struct.toObject(), options)}`;
  } catch (error) {
    // Looking at a message must not fail because it is malformed, or its capabilities have been given back.
    if (!(error instanceof CapwireError)) throw error;
    return `${name} <${error instanceof UsageError ? "" : "malformed: "}${error.message}>`;
  }
}
