/**
 * Session: a Connection driven by a Transport. It decides when things happen, which the connection leaves open: messages
 * of one read are handled in a row, then the deliveries they caused run, then everything they and the application
 * produced leaves in one send. What the application does outside of that leaves when the transport's `schedule` says so.
 *
 * It also translates the end: a clean or broken stream, garbage, an Abort and a local close all become one
 * `disconnected`. Nothing a peer does reaches anybody but this session and the calls that run over it.
 */

import pDefer from "p-defer";
import type { Client } from "../cap/client.js";
import type { CapabilityHook } from "../cap/hook.js";
import type { InterfaceType } from "../cap/interface-type.js";
import { RpcError } from "../cap/rpc-error.js";
import { turns } from "../cap/turn.js";
import { AdaptiveWindow } from "../rpc/adaptive-window.js";
import { Connection } from "../rpc/connection.js";
import type { TraceEncoder } from "../rpc/exception.js";
import { FixedWindow, type FlowController } from "../rpc/flow.js";
import { type ConnectionLimits, checkedLimit, limitsWith } from "../rpc/limits.js";
import type { ConnectionStats, Observer, TableRow } from "../rpc/observe.js";
import { ProtocolError } from "../rpc/protocol-error.js";
import { delay } from "../timer.js";
import { now } from "../transport/host.js";
import type { OutgoingFrame, Transport } from "../transport/transport.js";
import { WireError } from "../wire/errors.js";
import { type Clock, checkLiveness, Liveness, type LivenessOptions, type Patient } from "./liveness.js";
import { type Side, TwoPartyNetwork } from "./network.js";

/** What one connection may hold: the tables' limits, and that of the way out. */
export interface SessionLimits extends ConnectionLimits {
  /**
   * Bytes queued for a peer that takes none; more end the connection. What one turn sends is not counted until the
   * transport has said that it is behind.
   */
  readonly maxBacklogBytes: number;
}

export const DEFAULT_MAX_BACKLOG_BYTES = 256 * 1024 * 1024;

export interface SessionOptions extends LivenessOptions {
  /** Which end of the link this vat is; "client" unless given. It makes no difference to the protocol. */
  readonly side?: Side;
  /** Makes the capability that the peer gets when it asks for our bootstrap, owned. */
  readonly bootstrap?: () => CapabilityHook;
  readonly limits?: Partial<SessionLimits>;
  /**
   * How many bytes of streaming calls (`-> stream`) may be under way to one capability before its caller is asked to wait:
   * "adaptive" (the default) follows bandwidth and delay of the link, a number of bytes is fixed.
   */
  readonly streamWindow?: "adaptive" | number;
  /**
   * Whether a call that the peer makes, through us, on an object of its own leaves its results over there; true unless
   * given. False for a peer that refuses such calls, as go-capnp does: the results then travel here and back.
   */
  readonly tailCalls?: boolean;
  /** Sees every message; for inspectors and logs. */
  readonly observer?: Observer;
  /**
   * Turns an error of this vat into a trace the peer may see, as RpcError.remoteTrace. Without it, no stack leaves the process. What a
   * method threw that was no RpcError is the `cause`: `(error) => ((error.cause ?? error) as Error).stack`.
   */
  readonly encodeTrace?: TraceEncoder;
}

/** Whose bootstrap capability is asked for. */
export interface BootstrapOptions {
  /** One of the two vats of the link (rpc-twoparty.capnp VatId.side); the one at the other end unless given. */
  readonly vat?: Side;
}

/** Throws UsageError for options that no connection can have. */
export function checkSessionOptions(options: Omit<SessionOptions, "bootstrap">): void {
  const { limits, streamWindow } = options;
  limitsWith(limits);
  if (limits?.maxBacklogBytes !== undefined) checkedLimit("limits.maxBacklogBytes", limits.maxBacklogBytes);
  if (typeof streamWindow === "number") checkedLimit("streamWindow", streamWindow);
  checkLiveness(options);
}

export class Session {
  readonly network: TwoPartyNetwork;
  /** Who the peer is, as its transport says. */
  readonly peerName: string;
  /**
   * Resolves, and never rejects, when the connection has ended: to null if that was in order and cost us nothing (no call
   * in progress, no capability of the peer's held), otherwise to what calls fail with from now on.
   */
  readonly disconnected: Promise<RpcError | null>;
  readonly #disconnected = pDefer<RpcError | null>();

  readonly #transport: Transport;
  readonly #connection: Connection;
  readonly #maxBacklogBytes: number;
  readonly #options: SessionOptions;
  #liveness: Liveness | null = null;
  /** Who waits until no call is in progress. */
  #drains: (() => void)[] = [];
  /** Between the first message of a read and its `batchEnd`: whatever is posted leaves at that. */
  #inBatch = false;
  /** The transport said it is behind: bytes sent since then. */
  #heldBack = false;
  #backlogBytes = 0;
  /** The end is an error although nothing may have been in progress: the transport broke, or the peer was dropped. */
  #broken = false;
  #tornDown = false;
  /** Nobody can begin anything here any more: once idle, it stays so. */
  #abandoned = false;

  constructor(transport: Transport, options: SessionOptions = {}) {
    checkSessionOptions(options);
    this.#transport = transport;
    this.#options = options;
    this.network = new TwoPartyNetwork(options.side ?? "client");
    this.peerName = transport.peerName;
    this.#maxBacklogBytes = options.limits?.maxBacklogBytes ?? DEFAULT_MAX_BACKLOG_BYTES;
    this.disconnected = this.#disconnected.promise;
    this.#connection = new Connection({
      ...(options.bootstrap && { bootstrap: options.bootstrap }),
      ...(options.limits && { limits: options.limits }),
      ...(options.observer && { observer: options.observer }),
      ...(options.encodeTrace && { encodeTrace: options.encodeTrace }),
      ...(options.tailCalls !== undefined && { tailCalls: options.tailCalls }),
      ...(transport.maxFdsPerMessage && { maxFdsPerMessage: transport.maxFdsPerMessage }),
      newFlow: flowFactory(options.streamWindow ?? "adaptive"),
      peerName: transport.peerName,
      onOutgoing: () => this.#posted(),
      onClosed: (error) => this.#closed(error),
    });
  }

  /** Begins reading. Called once, by whoever made the session. */
  start(): void {
    const { heartbeat, idleTimeout } = this.#options;
    if (heartbeat || idleTimeout !== undefined)
      this.#liveness = new Liveness(this.#options, this.#patient(), HOST_CLOCK);
    this.#transport.start({
      message: (message, fds) => {
        this.#inBatch = true;
        this.#connection.receive(message, fds);
      },
      batchEnd: () => this.#batchEnd(),
      drained: () => {
        this.#heldBack = false;
        this.#backlogBytes = 0;
      },
      closed: (error) => this.#transportClosed(error),
    });
  }

  /**
   * The peer's bootstrap capability, usable at once; calls on it fail if there turns out to be none. With `vat` this vat's own side it is
   * this vat's own, a local object for which no message is sent (rpc.capnp Bootstrap), and broken where the peer's Bootstrap would fail.
   */
  bootstrap<C extends Client, S extends object>(type: InterfaceType<C, S>, options: BootstrapOptions = {}): C {
    const connection = this.#connection;
    const own = options.vat === this.network.self;
    return type.client(own ? connection.makeBootstrap() : connection.bootstrap());
  }

  /** Whether the connection has ended. */
  get isClosed(): boolean {
    return this.#connection.closedBy !== null;
  }

  /**
   * Sends what was called so far and ends the connection: calls in progress fail with kind `disconnected`. With an `error`
   * the peer is told why. Idempotent.
   */
  close(error: RpcError | null = null): void {
    if (this.isClosed) return;
    this.#flush();
    this.#connection.disconnect(error, error !== null, `the connection to ${this.peerName} was closed on this side`);
    this.#tearDown();
  }

  /** Whether nothing is in progress and neither side holds a capability of the other. */
  get isIdle(): boolean {
    return this.#connection.isIdle;
  }

  /**
   * Waits until no call is in progress, in either direction, but no longer than `grace` ms; then ends the connection. Meanwhile new calls of
   * the peer fail with kind `disconnected`, for which it should turn to another connection. Pipelined calls still go, and while it
   * answers a call of ours any call of the peer does, for it may need it to answer. A further drain with less grace ends the wait of the first.
   */
  async drain(grace: number): Promise<void> {
    if (!this.isClosed && this.#connection.hasCalls && grace > 0) {
      this.#connection.closing ??= RpcError.disconnected("the connection is being closed and takes no new calls");
      await new Promise<void>((resolve) => {
        const cancel = delay(grace, resolve);
        this.#drains.push(() => {
          cancel();
          resolve();
        });
      });
    }
    this.close();
    await this.disconnected;
  }

  /** Ends the connection as soon as it is idle. */
  closeWhenIdle(): void {
    this.#abandoned = true;
    this.#moved();
  }

  /** Messages have come or gone. */
  #moved(): void {
    this.#liveness?.used();
    if (this.#abandoned && this.isIdle) this.close();
    if (this.#drains.length === 0 || this.#connection.hasCalls) return;
    for (const resume of this.#drains.splice(0)) resume();
  }

  #patient(): Patient {
    const connection = this.#connection;
    return {
      get isIdle() {
        return connection.isIdle;
      },
      ping: () => connection.ping(),
      dead: (silence) =>
        this.#giveUp(RpcError.disconnected(`${this.peerName} has given no sign of life for ${Math.round(silence)} ms`)),
      idle: () => this.close(),
    };
  }

  get stats(): ConnectionStats {
    return this.#connection.stats;
  }

  /** The connection's tables, a row per entry. */
  dump(): TableRow[] {
    return this.#connection.dump();
  }

  /** Throws if an invariant of the tables does not hold. */
  check(): void {
    this.#connection.check();
  }

  /** The first message since the last flush was posted. */
  #posted(): void {
    if (!this.#inBatch) this.#transport.schedule(this.#flush);
  }

  #batchEnd(): void {
    turns.drain();
    this.#inBatch = false;
    this.#liveness?.heard();
    this.#moved();
    // Finish and Release wait for what the application is about to call, now that its results are here.
    if (this.#connection.hasUrgent || this.isClosed) this.#flush();
    else if (this.#connection.hasOutgoing) this.#transport.schedule(this.#flush);
    if (this.isClosed) this.#tearDown();
  }

  readonly #flush = (): void => {
    const frames = this.#connection.takeOutgoing();
    if (frames.length === 0) return;
    if (this.#heldBack) this.#backlogBytes += byteLength(frames);
    if (!this.#send(frames)) this.#heldBack = true;
    this.#moved();
    if (this.#backlogBytes > this.#maxBacklogBytes) {
      this.#giveUp(
        RpcError.disconnected(
          `${this.peerName} does not take what is sent to it: ${this.#backlogBytes} bytes wait (limit maxBacklogBytes)`,
        ),
      );
    }
  };

  /** Whether the transport took `frames` and wants more. One that throws is broken. */
  #send(frames: readonly OutgoingFrame[]): boolean {
    try {
      const { attached } = this.#connection;
      return this.#transport.send(frames, () => this.#connection.recycle(frames), attached);
    } catch (thrown) {
      const { message } = RpcError.from(thrown);
      this.#giveUp(RpcError.disconnected(`${this.peerName}: sending failed: ${message}`, { cause: thrown }));
      return true;
    }
  }

  /** The connection has ended; what a transport throws when it is let go of changes nothing. */
  #closeTransport(error?: Error): void {
    turns.guard(() => this.#transport.close(error));
  }

  /** The peer sends but does not receive, or is silent. What it has not taken by now is thrown away. */
  #giveUp(error: RpcError): void {
    this.#broken = true;
    this.#closeTransport(error);
    this.#connection.disconnect(error);
    this.#tearDown();
  }

  #transportClosed(error: Error | null): void {
    this.#inBatch = false;
    this.#broken = error !== null;
    this.#connection.disconnect(this.#causeOf(error), error instanceof WireError);
    turns.drain();
    this.#tearDown();
  }

  /** What an end of the transport means to the calls in progress; null if there is nothing to lose. */
  #causeOf(error: Error | null): Error | null {
    if (error === null) {
      const { questions, imports, embargoes } = this.stats;
      if (questions + imports + embargoes === 0) return null;
      return RpcError.disconnected(`${this.peerName} disconnected`);
    }
    if (error instanceof WireError && error.code !== "premature-end") {
      return new ProtocolError("malformed-message", error.message, { cause: error });
    }
    const reason =
      error instanceof WireError ? `${this.peerName} disconnected in the middle of a message` : error.message;
    return RpcError.disconnected(reason, { cause: error });
  }

  /** The connection ended. Within a batch its `batchEnd` cleans up; otherwise whoever ended it does, at the latest the next turn. */
  #closed(error: RpcError | null): void {
    this.#disconnected.resolve(this.#broken ? this.#connection.closedBy : error);
    if (!this.#inBatch) this.#transport.schedule(() => this.#tearDown());
  }

  /** Sends the last words (an Abort) and lets go of the transport. */
  #tearDown(): void {
    if (this.#tornDown) return;
    this.#tornDown = true;
    this.#liveness?.stop();
    for (const resume of this.#drains.splice(0)) resume();
    this.#flush();
    this.#closeTransport();
  }
}

/** A connection alone does not keep a process alive, so neither does looking after it. */
const HOST_CLOCK: Clock = { now, delay: (ms, callback) => delay(ms, callback, { unref: true }) };

function flowFactory(window: "adaptive" | number): () => FlowController {
  return window === "adaptive" ? () => new AdaptiveWindow(now) : () => new FixedWindow(window);
}

function byteLength(frames: readonly (readonly Uint8Array[])[]): number {
  let sum = 0;
  for (const frame of frames) for (const piece of frame) sum += piece.byteLength;
  return sum;
}
