/** The caller's side of one call of a randomised run: through a typed client, or on the hook as the machinery does it. */

import {
  type CallRequest,
  type CallResults,
  type CapabilityHook,
  NO_HINTS,
  type ResultReceiver,
  type SentCall,
} from "../../src/cap/hook.js";
import type { PendingCall } from "../../src/cap/pending-call.js";
import { resolvePath } from "../../src/cap/pipeline.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import {
  Node,
  Node$ActParams,
  Node$ActResults,
  Node$PlainResults,
  Node$StreamParams,
} from "../schemas/rpc-fuzz.capnp.js";
import type { CallMode, Path } from "./actions.js";
import type { ShadowCall } from "./shadow.js";
import type { World } from "./world.js";

export class Caller implements ResultReceiver {
  readonly call: ShadowCall;
  readonly mode: CallMode;
  /** A streaming call: its caller has heard that it may go on, or that the stream is broken. */
  told = true;
  readonly #world: World;
  /** A typed call; null once disposed. */
  #pending: PendingCall | null = null;
  /** Owned: the pipeline. */
  #sent: SentCall | null = null;
  /** The same, to be forgotten even when the pipeline is not wanted any more. */
  #awaited: SentCall | null = null;
  #results: CallResults | null = null;

  constructor(world: World, call: ShadowCall, mode: CallMode) {
    this.#world = world;
    this.call = call;
    this.mode = mode;
  }

  /** Whether it is to be told how the call ends. */
  get awaited(): boolean {
    return this.mode !== "pipelineOnly" && !this.call.forgotten;
  }

  /** Makes the call on `target`, or sends `begun` (taken) if it was started before. */
  send(target: Node.Client, caps: (Node.Client | null)[], begun: CallRequest | null): void {
    const { id } = this.call;
    if (begun || this.mode === "hook") {
      const request = begun ?? target.$hook.newCall(Node.id, 0, NO_HINTS);
      request.params.set(Node$ActParams, { call: id, caps });
      this.#sent = this.#awaited = request.send(this);
    } else if (this.mode === "stream") {
      this.#stream(target, id);
    } else if (this.mode === "plain") {
      this.#observe(target.plain({ call: id }).$pending, (pending) => pending.content.as(Node$PlainResults).call);
    } else {
      const pipelineOnly = this.mode === "pipelineOnly";
      const { $pending } = target.act({ call: id, caps }, { pipelineOnly });
      if (pipelineOnly) this.#pending = $pending;
      else this.#observe($pending, (pending) => pending.content.as(Node$ActResults).call);
    }
  }

  #stream(target: Node.Client, id: number): void {
    const request = target.$hook.newCall(Node.id, STREAM, NO_HINTS);
    request.params.set(Node$StreamParams, { call: id });
    this.told = !request.sendStreaming;
    const mayContinue = () => {
      if (this.told) this.#world.report(`the caller of stream call ${id} was told twice to go on`);
      this.told = true;
    };
    this.#sent = this.#awaited = request.sendStreaming?.(this, mayContinue) ?? request.send(this);
  }

  #observe(pending: PendingCall, read: (pending: PendingCall) => number): void {
    this.#pending = pending;
    pending.observe(
      () =>
        this.#world.returned(
          this.call,
          attempt(() => read(pending)),
        ),
      (error) => {
        if (!this.call.forgotten) this.#world.failed(this.call, RpcError.from(error));
      },
    );
  }

  /** Owned: the capability at `path`, from the results if they are here; null if that can no longer be asked. */
  pipeline(path: Path, via: "sent" | "results"): CapabilityHook | null {
    if (this.mode === "plain" || this.mode === "stream") return null;
    const indices = path.split(".").map(Number);
    if (this.#pending) return this.#pending.pipelined(indices, Node).$hook.addRef();
    if (this.#results && (via === "results" || !this.#sent)) return resolvePath(this.#results, indices);
    return this.#sent?.capability(indices) ?? null;
  }

  /** Lets go of a part of what is held of the call; of a typed one, of everything. */
  forget(what: "receiver" | "pipeline" | "results" | "all"): void {
    if (this.#pending) {
      this.#lostInterest();
      this.#pending[Symbol.dispose]();
      this.#pending = null;
    }
    if (what === "receiver" || what === "all") {
      this.#lostInterest();
      this.#awaited?.forget();
      this.#awaited = null;
    }
    if (what === "pipeline" || what === "all") {
      this.#sent?.release();
      this.#sent = null;
    }
    if (what === "results" || what === "all") {
      this.#results?.release();
      this.#results = null;
    }
    const over = this.call.ended !== null || this.call.forgotten;
    if (over && !this.#sent && !this.#results) this.#world.callers.delete(this.call.id);
  }

  #lostInterest(): void {
    if (!this.call.ended) this.call.forgotten = true;
  }

  // ResultReceiver.

  returned(results: CallResults): void {
    if (this.call.forgotten) this.#world.report(`call ${this.call.id} was forgotten and returned all the same`);
    this.#results = results;
    this.#world.returned(
      this.call,
      this.mode === "stream" ? this.call.id : attempt(() => results.content.as(Node$ActResults).call),
    );
  }

  failed(error: RpcError): void {
    if (this.call.forgotten) this.#world.report(`call ${this.call.id} was forgotten and failed all the same`);
    this.#world.failed(this.call, error);
  }
}

/** Ordinal of the streaming method. */
const STREAM = 2;

/** The number of the call that answered; -1 if the results are not readable, as those of a malicious vat may be. */
function attempt(read: () => number): number {
  try {
    return read();
  } catch {
    return -1;
  }
}
