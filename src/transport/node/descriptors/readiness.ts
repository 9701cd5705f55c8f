/**
 * When sockets that Node does not know can be read or written. All of them are in one epoll set, on which one thread of ours waits, so that
 * neither the event loop nor the pool that serves Node's files and DNS is held up; reading and writing is done by whoever is told. The thread
 * keeps the process alive as long as something watched does, and ends when there has been nothing to watch for a while.
 */

import { Worker } from "node:worker_threads";
import { checked, libc, O_CLOEXEC, SOCK_NONBLOCK } from "./libc.js";

export const READABLE = 0x001; // EPOLLIN
export const WRITABLE = 0x004; // EPOLLOUT
const ONCE = 0x40000000; // EPOLLONESHOT
const ADD = 1;
const DELETE = 2;
const MODIFY = 3;

/** struct epoll_event is packed on x64, and nowhere else. */
const PACKED = process.arch === "x64";
const EVENT_BYTES = PACKED ? 12 : 16;
const EVENT_DATA = PACKED ? 4 : 8;

/** How long the thread stays with nothing to watch, in ms. */
const LINGER_MS = 1_000;

/** One socket that is watched. */
export class Watch {
  readonly #poller: Poller;
  readonly #token: number;
  readonly #fd: number;
  /** Told once for each `want`. */
  readonly ready: () => void;
  /** The thread has died, which nothing should make it. */
  readonly failed: (error: Error) => void;
  #wanted = 0;
  #referenced = true;
  #ended = false;

  constructor(fd: number, ready: () => void, failed: (error: Error) => void) {
    this.#fd = fd;
    this.ready = ready;
    this.failed = failed;
    this.#poller = Poller.running();
    this.#token = this.#poller.add(fd, this);
  }

  /** Has `ready` run once as soon as one of `events` can be done, or the socket is broken. */
  want(events: number): void {
    if (this.#ended || this.#wanted === events) return;
    this.#wanted = events;
    this.#poller.control(MODIFY, this.#fd, this.#token, events | ONCE);
  }

  /** The process need not stay for this. */
  unref(): void {
    if (!this.#referenced) return;
    this.#referenced = false;
    this.#poller.dereference();
  }

  /** The socket is about to be closed. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.unref();
    this.#ended = true;
    this.#poller.remove(this.#fd, this.#token);
  }

  fired(): void {
    this.#wanted = 0;
    this.ready();
  }
}

/** An epoll set and the thread that waits on it. */
class Poller {
  static #current: Poller | null = null;
  readonly #epoll: number;
  /** An eventfd: written to have the thread end. */
  readonly #stop: number;
  readonly #worker: Worker;
  readonly #watches = new Map<number, Watch>();
  #lastToken = STOP_TOKEN;
  /** Watches that keep the process alive. */
  #references = 0;
  #idle: NodeJS.Timeout | null = null;
  readonly #stopAtExit = () => this.#stopThread();

  static running(): Poller {
    Poller.#current ??= new Poller();
    return Poller.#current;
  }

  constructor() {
    const { epoll_create1, eventfd, koffi } = libc();
    this.#epoll = checked("cannot watch sockets", epoll_create1(O_CLOEXEC));
    this.#stop = checked("cannot watch sockets", eventfd(0, O_CLOEXEC | SOCK_NONBLOCK));
    this.control(ADD, this.#stop, STOP_TOKEN, READABLE);
    const workerData = { koffi, epoll: this.#epoll, eventBytes: EVENT_BYTES, eventData: EVENT_DATA };
    this.#worker = new Worker(THREAD, { eval: true, workerData, execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", (tokens: readonly number[]) => this.#ready(tokens));
    this.#worker.on("error", (error: Error) => this.#broken(error));
    this.#worker.on("exit", () => this.#exited());
    // A thread in a system call cannot be ended by Node, which waits for it.
    process.once("exit", this.#stopAtExit);
  }

  add(fd: number, watch: Watch): number {
    const token = ++this.#lastToken;
    this.control(ADD, fd, token, ONCE);
    this.#watches.set(token, watch);
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#references++ === 0) this.#worker.ref();
    return token;
  }

  remove(fd: number, token: number): void {
    this.#watches.delete(token);
    libc().epoll_ctl(this.#epoll, DELETE, fd, event(0, 0));
    if (this.#watches.size === 0 && Poller.#current === this)
      this.#idle = setTimeout(() => this.#retire(), LINGER_MS).unref();
  }

  dereference(): void {
    if (--this.#references === 0) this.#worker.unref();
  }

  control(operation: number, fd: number, token: number, events: number): void {
    checked("cannot watch a socket", libc().epoll_ctl(this.#epoll, operation, fd, event(events, token)));
  }

  #ready(tokens: readonly number[]): void {
    for (const token of tokens) this.#watches.get(token)?.fired();
  }

  #broken(error: Error): void {
    if (Poller.#current === this) Poller.#current = null;
    for (const watch of [...this.#watches.values()]) watch.failed(error);
  }

  #retire(): void {
    if (Poller.#current === this) Poller.#current = null;
    this.#stopThread();
  }

  #stopThread(): void {
    libc().write(this.#stop, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  #exited(): void {
    process.off("exit", this.#stopAtExit);
    this.#broken(new Error("the thread that watches sockets has ended"));
    libc().close(this.#stop);
    libc().close(this.#epoll);
  }
}

const STOP_TOKEN = 0;

/**
 * The thread: as text, so that it needs no file beside this one, which bundlers would leave behind. It looks up once a second, for Node
 * can end it only then should nobody have written to the eventfd.
 */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const { koffi, epoll, eventBytes, eventData } = workerData;
const wait = require(koffi).load(null).func("epoll_wait", "int", ["int", "void *", "int", "int"]);
const events = new DataView(new ArrayBuffer(64 * eventBytes));
const buffer = new Uint8Array(events.buffer);
for (let running = true; running; ) {
  const count = wait(epoll, buffer, 64, 1000);
  const tokens = [];
  for (let index = 0; index < count; index++) {
    const token = events.getUint32(index * eventBytes + eventData, true);
    if (token === ${STOP_TOKEN}) running = false;
    else tokens.push(token);
  }
  if (tokens.length > 0) parentPort.postMessage(tokens);
}
`;

function event(events: number, token: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, events, true);
  view.setUint32(EVENT_DATA, token, true);
  return new Uint8Array(view.buffer);
}
