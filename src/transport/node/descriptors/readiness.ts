/**
 * When sockets that Node does not know can be read or written. All of them are in one epoll set, on which one thread of ours waits, so that
 * neither the event loop nor the pool that serves Node's files and DNS is held up; reading and writing is done by whoever is told. The thread
 * keeps the process alive as long as something watched does, and ends when there has been nothing to watch for a while.
 */

import { isMainThread, Worker } from "node:worker_threads";
import { UsageError } from "../../../errors.js";
import { checked, ERRNO, libc, O_CLOEXEC, SOCK_NONBLOCK } from "./libc.js";

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
/** How long a worker that ends waits for the thread, in ms. */
const STOP_MS = 1_000;

/** Who has a socket watched. */
export interface Watcher {
  /** Told once for each `want`. */
  ready(): void;
  /** The thread has died, which nothing should make it. */
  failed(error: Error): void;
  /** Nothing of this thread of JavaScript runs after this, but the process may go on: a worker has ended. Closes the socket. */
  abandoned(): void;
}

/** One socket that is watched. */
export class Watch {
  readonly #poller: Poller;
  readonly #token: number;
  readonly #fd: number;
  readonly watcher: Watcher;
  #wanted = 0;
  #referenced = true;
  #ended = false;

  constructor(fd: number, watcher: Watcher) {
    this.#fd = fd;
    this.watcher = watcher;
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
    this.watcher.ready();
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
  /** The epoll set is closed, or about to be: its number must not be used any more. */
  #over = false;
  /** Set to 1 by the thread when it has closed what it must. */
  readonly #ended = new Int32Array(new SharedArrayBuffer(4));
  readonly #atExit = () => {
    if (!isMainThread) for (const { watcher } of [...this.#watches.values()]) watcher.abandoned();
    // A thread in a system call cannot be ended by Node, which waits for it.
    this.#stopThread();
    // The process goes on without us, and would keep what the thread has no time to close.
    if (!isMainThread) Atomics.wait(this.#ended, 0, 0, STOP_MS);
  };

  static running(): Poller {
    Poller.#current ??= new Poller();
    return Poller.#current;
  }

  constructor() {
    const { epoll_create1, eventfd, close, koffi } = libc();
    this.#epoll = checked("cannot watch sockets", epoll_create1(O_CLOEXEC));
    let stop = -1;
    try {
      stop = checked("cannot watch sockets", eventfd(0, O_CLOEXEC | SOCK_NONBLOCK));
      this.control(ADD, stop, STOP_TOKEN, READABLE);
      const data = { koffi, epoll: this.#epoll, stop, ended: this.#ended };
      this.#worker = newThread({ ...data, eventBytes: EVENT_BYTES, eventData: EVENT_DATA });
    } catch (error) {
      if (stop >= 0) close(stop);
      close(this.#epoll);
      throw error;
    }
    this.#stop = stop;
    this.#worker.unref();
    this.#worker.on("message", (tokens: readonly number[]) => this.#ready(tokens));
    this.#worker.on("error", (error: Error) => this.#broken(error));
    this.#worker.on("exit", () => this.#exited());
    process.once("exit", this.#atExit);
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
    if (!this.#over) libc().epoll_ctl(this.#epoll, DELETE, fd, event(0, 0));
    if (this.#watches.size === 0 && Poller.#current === this)
      this.#idle = setTimeout(() => this.#retire(), LINGER_MS).unref();
  }

  dereference(): void {
    if (--this.#references === 0) this.#worker.unref();
  }

  control(operation: number, fd: number, token: number, events: number): void {
    if (this.#over) return;
    checked("cannot watch a socket", libc().epoll_ctl(this.#epoll, operation, fd, event(events, token)));
  }

  #ready(tokens: readonly number[]): void {
    for (const token of tokens) {
      try {
        this.#watches.get(token)?.fired();
      } catch (thrown) {
        // By a handler of the application's, which costs the others nothing: an uncaught exception, as from any event.
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  }

  #broken(error: Error): void {
    if (Poller.#current === this) Poller.#current = null;
    for (const watch of [...this.#watches.values()]) watch.watcher.failed(error);
  }

  #retire(): void {
    if (Poller.#current === this) Poller.#current = null;
    this.#stopThread();
  }

  /** Has the thread end, which closes the epoll set and the eventfd. */
  #stopThread(): void {
    if (this.#over) return;
    this.#over = true;
    libc().write(this.#stop, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  #exited(): void {
    process.off("exit", this.#atExit);
    if (this.#over) return;
    this.#over = true;
    for (const each of [this.#stop, this.#epoll]) libc().close(each);
    this.#broken(new Error("the thread that watches sockets has ended"));
  }
}

/** Throws UsageError `no-threads` where Node's permissions do not allow one. */
function newThread(workerData: object): Worker {
  try {
    return new Worker(THREAD, { eval: true, workerData, execArgv: [] });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_ACCESS_DENIED") throw cause;
    throw new UsageError("no-threads", "passing file descriptors needs a thread of its own: --allow-worker", { cause });
  }
}

const STOP_TOKEN = 0;

/**
 * The thread: as text, so that it needs no file beside this one, which bundlers would leave behind. It looks up once a second: a worker that is
 * terminated writes to no eventfd, and waits for its threads. Node ends one where a function begins; a loop without any would run for ever.
 */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const { koffi, epoll, stop, ended, eventBytes, eventData } = workerData;
const { load, errno } = require(koffi);
const library = load(null);
const wait = library.func("epoll_wait", "int", ["int", "void *", "int", "int"]);
const close = library.func("close", "int", ["int"]);
const events = new DataView(new ArrayBuffer(64 * eventBytes));
const buffer = new Uint8Array(events.buffer);
function look() {
  const count = wait(epoll, buffer, 64, 1000);
  if (count < 0 && errno() !== ${ERRNO.EINTR}) throw new Error("epoll_wait: errno " + errno());
  const tokens = [];
  for (let index = 0; index < count; index++) tokens.push(events.getUint32(index * eventBytes + eventData, true));
  const told = tokens.filter((token) => token !== ${STOP_TOKEN});
  if (told.length > 0) parentPort.postMessage(told);
  return told.length === tokens.length;
}
while (look());
close(stop);
close(epoll);
Atomics.store(ended, 0, 1);
Atomics.notify(ended, 0);
`;

function event(events: number, token: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, events, true);
  view.setUint32(EVENT_DATA, token, true);
  return new Uint8Array(view.buffer);
}
