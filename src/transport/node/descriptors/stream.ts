/**
 * FdByteStream: a Unix stream socket whose bytes come and go with file descriptors. It reads and writes without waiting, on the main thread,
 * whenever readiness.ts says that it can. Owns the socket from construction on, and every descriptor it has received until
 * somebody takes that.
 *
 * Closing lingers as that of NodeByteStream does, and for the same reason: a socket closed with unread input is reset, and
 * the peer may lose what was last sent.
 */

import { type OwnedFd, ReceivedFds } from "../../../wire/fds.js";
import { TransportError } from "../../errors.js";
import type { ByteStream, ByteStreamHandler } from "../../stream.js";
import { receive, send } from "./ancillary.js";
import { isAgain, libc, SHUT_WR, systemError } from "./libc.js";
import { READABLE, Watch, WRITABLE } from "./readiness.js";

export interface FdStreamOptions {
  readonly peerName: string;
  /** Descriptors that may come or go with one message. */
  readonly maxFdsPerMessage: number;
  /** How long closing waits for a peer that takes nothing, and then for its end, in ms. */
  readonly lingerMs?: number;
}

const DEFAULT_LINGER_MS = 2_000;
const READ_BYTES = 64 * 1024;
/** What is read into a chunk of its own; less is copied, so that a small message does not keep a large buffer. */
const LARGE_READ_BYTES = 16 * 1024;
/** Reads or writes in a row, before others get their turn. */
const MAX_IN_A_ROW = 16;

interface Write {
  readonly chunks: Uint8Array[];
  /** Bytes of the first chunk that were sent. */
  from: number;
  fds: readonly number[];
  readonly written: () => void;
}

export class FdByteStream implements ByteStream {
  readonly peerName: string;
  readonly maxFdsPerMessage: number;

  readonly #fd: number;
  readonly #lingerMs: number;
  readonly #watch: Watch;
  #handler: ByteStreamHandler | null = null;
  /** What the socket has not taken yet. */
  #writes: Write[] = [];
  #started = false;
  /** The peer has finished its direction. */
  #ended = false;
  #closed = false;
  #destroyed = false;
  /** Why nothing can be written any more; told when what the peer has sent before was read. */
  #broken: Error | null = null;
  #linger: NodeJS.Timeout | null = null;
  #buffer = new Uint8Array(READ_BYTES);

  /** Takes the connected socket `fd`. */
  constructor(fd: number, options: FdStreamOptions) {
    this.#fd = fd;
    this.peerName = options.peerName;
    this.maxFdsPerMessage = options.maxFdsPerMessage;
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#watch = new Watch(fd, {
      ready: () => this.#ready(),
      failed: (error) => this.#fail(TransportError.from(error, this.peerName)),
      abandoned: () => this.#destroy(),
    });
  }

  start(handler: ByteStreamHandler): void {
    if (this.#closed) return;
    this.#handler = handler;
    this.#started = true;
    if (this.#broken) setImmediate(() => this.#readLast());
    else this.#wantMore();
  }

  write(chunks: readonly Uint8Array[], written: () => void, fds: readonly number[] = []): boolean {
    const full = chunks.filter((chunk) => chunk.byteLength > 0);
    if (this.#closed || this.#broken || full.length === 0) {
      written();
      return true;
    }
    const behind = this.#writes.length > 0;
    this.#writes.push({ chunks: full, from: 0, fds, written });
    if (behind) return false;
    this.#writeOn();
    this.#wantMore();
    return this.#writes.length === 0;
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    if (error || this.#broken) return this.#destroy();
    this.#lingerAnew();
    if (this.#writes.length === 0) this.#finish();
    else this.#wantMore();
  }

  /** The socket can be read or written. */
  #ready(): void {
    if (this.#destroyed) return;
    try {
      if (this.#writes.length > 0) this.#writeLater();
      if (this.#started || this.#closed) this.#read();
    } finally {
      // Also if the handler throws.
      this.#wantMore();
    }
  }

  #writeLater(): void {
    this.#writeOn();
    // Writing may have failed, and the number of the socket be another file's by now.
    if (this.#destroyed || this.#writes.length > 0) return;
    if (this.#closed) this.#finish();
    else this.#handler?.drained();
  }

  #wantMore(): void {
    if (this.#destroyed) return;
    const reading = (this.#started || this.#closed) && !this.#ended;
    const events = (reading ? READABLE : 0) | (this.#writes.length > 0 ? WRITABLE : 0);
    if (events !== 0) this.#watch.want(events);
  }

  /** Writes as much as the socket takes. */
  #writeOn(): void {
    for (let count = 0; count < MAX_IN_A_ROW; count++) {
      const write = this.#writes[0];
      if (!write) return;
      const sent = send(this.#fd, write.chunks, write.from, write.fds);
      if (sent < 0) {
        if (isAgain(-sent)) return;
        if (write.fds.length > 0) {
          // One that its owner has closed (EBADF), that may not be passed (EINVAL), too many on their way (ETOOMANYREFS): the message goes without.
          write.fds = [];
          continue;
        }
        return this.#breakOff(systemError(this.peerName, -sent));
      }
      write.fds = [];
      advance(write, sent);
      if (this.#closed) this.#lingerAnew();
      if (write.chunks.length > 0) continue;
      this.#writes.shift();
      write.written();
    }
  }

  #read(): void {
    for (let count = 0; count < MAX_IN_A_ROW && !this.#ended && !this.#destroyed; count++) {
      // Nobody takes what comes after closing: the kernel closes descriptors that it has no room for.
      const { bytes, fds } = receive(this.#fd, this.#buffer, this.#handler ? this.maxFdsPerMessage : 0);
      if (bytes > 0) this.#take(bytes, fds);
      else if (bytes === 0) this.#end();
      else if (isAgain(-bytes)) return;
      else return this.#fail(systemError(this.peerName, -bytes));
    }
  }

  #take(bytes: number, fds: readonly number[]): void {
    const received = fds.length > 0 ? new ReceivedFds(fds.map(owned)) : undefined;
    const handler = this.#handler;
    if (!handler) return received?.close();
    let chunk: Uint8Array;
    if (bytes < LARGE_READ_BYTES) {
      chunk = this.#buffer.slice(0, bytes);
    } else {
      chunk = this.#buffer.subarray(0, bytes);
      this.#buffer = new Uint8Array(READ_BYTES);
    }
    handler.data(chunk, received);
  }

  #end(): void {
    this.#ended = true;
    if (this.#closed && this.#writes.length === 0) this.#destroy();
    else this.#handler?.ended();
  }

  /** Writing has failed. What the peer sent before it went, perhaps why, can still be read. */
  #breakOff(error: TransportError): void {
    this.#broken = error;
    this.#dropWrites();
    if (this.#closed) this.#destroy();
    else setImmediate(() => this.#readLast());
  }

  #readLast(): void {
    if (this.#destroyed || !this.#started) return;
    this.#read();
    if (this.#broken) this.#fail(this.#broken);
  }

  /** Neither direction works any more. Never called from within `write`, `start` or `close`. */
  #fail(error: Error): void {
    if (!this.#started && !this.#closed) {
      // To be told when somebody listens.
      this.#broken ??= error;
      return;
    }
    const handler = this.#handler;
    this.#handler = null;
    this.#destroy();
    handler?.failed(error);
  }

  /** Everything is with the kernel. The peer gets a moment to finish too, for which the process need not stay. */
  #finish(): void {
    libc().shutdown(this.#fd, SHUT_WR);
    if (this.#ended) return this.#destroy();
    this.#watch.unref();
    this.#lingerAnew().unref();
    this.#wantMore();
  }

  #lingerAnew(): NodeJS.Timeout {
    if (this.#linger) clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#destroy(), this.#lingerMs);
    return this.#linger;
  }

  #destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#closed = true;
    if (this.#linger) clearTimeout(this.#linger);
    this.#watch.end();
    libc().close(this.#fd);
    this.#dropWrites();
  }

  #dropWrites(): void {
    for (const { written } of this.#writes.splice(0)) written();
  }
}

function owned(fd: number): OwnedFd {
  let open = true;
  return {
    fd,
    close() {
      // Twice would close another file: its number is given away again at once.
      if (open) libc().close(fd);
      open = false;
    },
  };
}

/** `count` bytes of `write` were sent. */
function advance(write: Write, count: number): void {
  write.from += count;
  while (write.chunks.length > 0) {
    const { byteLength } = write.chunks[0] as Uint8Array;
    if (write.from < byteLength) return;
    write.from -= byteLength;
    write.chunks.shift();
  }
}
