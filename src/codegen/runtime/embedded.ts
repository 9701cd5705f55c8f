/** What generated code carries as base64: pointer defaults, pointer constants and Data. Decoded when it is first looked at. */

import type { AnyPointerReader } from "../../wire/any-pointer.js";
import { MessageReader } from "../../wire/message.js";
import { unpack } from "../../wire/packed.js";
import type { PointerType } from "../../wire/pointer-type.js";
import { decodeBase64 } from "./base64.js";

/** A Data value. */
export function bytes(base64: string): Uint8Array {
  return decodeBase64(base64);
}

/** The default of a pointer field: the root of an embedded message. */
export function pointer(base64: string): AnyPointerReader {
  return message(base64).root;
}

/** A constant behind a pointer, as a function that reads it: once, and only when called, for the schemas of two files may be cyclic. */
export function constant<R, B, I>(type: () => PointerType<R, B, I>, base64: string): () => R {
  let value: R | undefined;
  return () => (value ??= message(base64).getRoot(type()));
}

/** The compiled schema of one file. `decodeRequest` of capwire/codegen reads `bytes`. */
export interface SchemaBundle {
  /** A framed CodeGeneratorRequest of the nodes that the file declares. */
  readonly bytes: Uint8Array;
  /** The schemas of the files it imports. */
  readonly imports: readonly SchemaBundle[];
}

/** A schema bundle from a packed frame in base64. */
export function schema(base64: string, imports: () => readonly SchemaBundle[]): SchemaBundle {
  let decoded: Uint8Array | undefined;
  return {
    get bytes() {
      decoded ??= unpack(decodeBase64(base64));
      return decoded;
    },
    get imports() {
      return imports();
    },
  };
}

/** An embedded message: the bytes of its one segment. They are our own and read without limits. */
function message(base64: string): MessageReader {
  return new MessageReader([decodeBase64(base64)], undefined, true);
}
