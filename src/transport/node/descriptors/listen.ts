/** Unix sockets that carry descriptors: listening. */

import { unlinkSync } from "node:fs";
import type { StreamTransport, StreamTransportOptions } from "../../stream.js";
import { checkMaxFds, type FdAddress, isAbstract, openSocket, RETRY_MS, socketAddress } from "./address.js";
import { fdTransport } from "./connect.js";
import { checked, ERRNO, isAgain, libc, SOCK_CLOEXEC, systemError } from "./libc.js";
import { READABLE, Watch } from "./readiness.js";

export interface FdListenOptions extends StreamTransportOptions {
  readonly onError?: (error: Error) => void;
}

const BACKLOG = 511;

/** A listening socket. */
export class FdListener {
  readonly #fd: number;
  readonly #address: FdAddress;
  readonly #accept: (transport: StreamTransport) => void;
  readonly #options: FdListenOptions;
  readonly #watch: Watch;
  #retry: NodeJS.Timeout | null = null;
  /** Nobody could be accepted for want of descriptors, which was told. */
  #starved = false;
  #closed = false;

  /** Listens at `address`, at which there must be no file; hands each peer's transport to `accept`. Throws TransportError if the address cannot be had. */
  constructor(address: FdAddress, accept: (transport: StreamTransport) => void, options: FdListenOptions = {}) {
    this.#address = address;
    this.#accept = accept;
    this.#options = options;
    checkMaxFds(address.maxFdsPerMessage);
    const bytes = socketAddress(address.path);
    const what = `cannot listen on ${this.#name}`;
    this.#fd = openSocket(what);
    let bound = false;
    try {
      checked(what, libc().bind(this.#fd, bytes, bytes.byteLength));
      bound = true;
      checked(what, libc().listen(this.#fd, BACKLOG));
      this.#watch = new Watch(this.#fd, {
        ready: () => this.#ready(),
        failed: (error) => options.onError?.(error),
        abandoned: () => this.close(),
      });
      this.#watch.want(READABLE);
    } catch (error) {
      if (bound) this.#unlink();
      libc().close(this.#fd);
      throw error;
    }
  }

  /** Accepts nobody any more; the file is gone on return. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#watch.end();
    // While the address is still taken: afterwards the file may be that of another listener.
    this.#unlink();
    libc().close(this.#fd);
  }

  get #name(): string {
    return `unix:${this.#address.path}`;
  }

  #ready(): void {
    try {
      this.#acceptAll();
    } finally {
      if (!this.#retry) this.#watch.want(READABLE);
    }
  }

  /** Accepts who is waiting. Whoever is told of one may close us. */
  #acceptAll(): void {
    while (!this.#closed) {
      const fd = libc().accept4(this.#fd, 0, 0, SOCK_CLOEXEC);
      if (fd >= 0) {
        this.#starved = false;
        this.#welcome(fd);
        continue;
      }
      const errno = libc().errno();
      if (isAgain(errno)) return;
      if (errno === ERRNO.EINTR) continue;
      const starved = errno === ERRNO.EMFILE || errno === ERRNO.ENFILE;
      const told = starved && this.#starved;
      if (starved) this.#retryLater();
      if (!told) this.#options.onError?.(systemError(`${this.#name}: cannot accept`, errno));
      return;
    }
  }

  /** The peer waits until there are descriptors again. */
  #retryLater(): void {
    this.#starved = true;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#watch.want(READABLE);
    }, RETRY_MS);
  }

  #welcome(fd: number): void {
    const { maxFdsPerMessage } = this.#address;
    let transport: StreamTransport;
    try {
      transport = fdTransport(fd, maxFdsPerMessage, { ...this.#options, peerName: this.#name });
    } catch (error) {
      libc().close(fd);
      this.#options.onError?.(error as Error);
      return;
    }
    this.#accept(transport);
  }

  #unlink(): void {
    if (isAbstract(this.#address.path)) return;
    try {
      unlinkSync(this.#address.path);
    } catch {
      // Somebody has removed it before us.
    }
  }
}
