/**
 * Pins: the capabilities of a returned answer as they were when it was returned, by path. The peer was told what they are, so
 * calls it pipelined before it knew must keep going exactly there (rpc.capnp Disembargo, Tribble's race). Paths are collected from
 * the results once, since the message itself is sent and its buffer used again.
 */

import { nullCapability } from "../cap/broken.js";
import type { CapabilityHook, PipelinePath } from "../cap/hook.js";
import { capabilityPaths } from "../cap/pipeline.js";
import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import type { MessageBuilder } from "../wire/message.js";
import type { Connection } from "./connection.js";
import { pinned } from "./descriptor.js";
import { rules } from "./rules.js";

export class Pins {
  /** Owned hooks. */
  readonly #byPath = new Map<string, CapabilityHook>();

  constructor(connection: Connection, message: MessageBuilder, content: AnyPointerBuilder) {
    for (const { path, index } of capabilityPaths(content.asReader())) {
      const hook = message.capTable.capability(index) as CapabilityHook | null;
      if (hook) this.#byPath.set(path.join("."), (rules.tribble ? pinned(connection, hook) : hook).addRef());
    }
  }

  /** Owned: what is at `path`; the null capability if nothing is. */
  at(path: PipelinePath): CapabilityHook {
    const hook = this.#byPath.get(path.join("."));
    return hook ? hook.addRef() : nullCapability();
  }

  release(): void {
    const hooks = [...this.#byPath.values()];
    this.#byPath.clear();
    for (const hook of hooks) hook.release();
  }
}
