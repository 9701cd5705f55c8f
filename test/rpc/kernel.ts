/**
 * A kernel that has nothing but file descriptors: numbers for open files, lowest first as in Unix. It counts what is open, and refuses to
 * duplicate or close what is not.
 */

import { fileDescriptor } from "../../src/cap/index.js";
import { type OwnedFd, ReceivedFds } from "../../src/wire/index.js";

export class Kernel {
  readonly #files = new Map<number, string>();
  readonly mistakes: string[] = [];

  /** A new descriptor for the file of that name. */
  open(file: string): number {
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    this.#files.set(fd, file);
    return fd;
  }

  /** The name of the file that `fd` is open for. */
  file(fd: number | null): string | null {
    return fd === null ? null : (this.#files.get(fd) ?? "closed");
  }

  get openFiles(): string[] {
    return [...this.#files.values()].sort();
  }

  readonly dup = (fd: number): OwnedFd => {
    const file = this.#files.get(fd);
    if (file === undefined) this.mistakes.push(`descriptor ${fd} was sent after it had been closed`);
    return this.owned(file ?? "closed");
  };

  /** A new descriptor as its receiver owns it. */
  owned(file: string): OwnedFd {
    const fd = this.open(file);
    let closed = false;
    return {
      fd,
      close: () => {
        if (closed) this.mistakes.push(`descriptor ${fd} (${file}) was closed twice`);
        closed = true;
        this.close(fd);
      },
    };
  }

  close(fd: number): void {
    if (!this.#files.delete(fd)) this.mistakes.push(`descriptor ${fd} was closed, which was not open`);
  }

  received(...files: string[]): ReceivedFds {
    return new ReceivedFds(files.map((file) => this.owned(file)));
  }
}

/** A server object with a descriptor, which it closes when nobody has it any more. */
export class FakeFile {
  disposed = false;
  readonly #kernel: Kernel;
  readonly #fd: number;

  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.#fd = kernel.open(name);
  }

  get [fileDescriptor](): number {
    return this.#fd;
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    this.#kernel.close(this.#fd);
  }
}
