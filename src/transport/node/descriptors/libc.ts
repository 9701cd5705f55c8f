/**
 * The system calls that Node has no way to make, through koffi: a socket read or written with ancillary data, and what watches it. Everything
 * about Linux's ABI that does not depend on a message is here; that of messages is in ancillary.ts. Loaded when first used.
 */

// Under another name: bundles often begin with a `createRequire` of their own.
import { createRequire as requireFrom } from "node:module";
import { getSystemErrorName } from "node:util";
import { UsageError } from "../../../errors.js";
import { TransportError } from "../../errors.js";

/** As much of koffi as is used. Its own types are not referred to: a program without koffi must compile. */
interface Koffi {
  load(library: string | null): { func(name: string, result: string, parameters: string[]): NativeFunction };
  errno(): number;
}

type NativeFunction = (...args: (number | Uint8Array)[]) => number;

/** The calls, as the C library has them: -1 is a failure that `errno` explains. Pointers are bytes or addresses. */
export interface Libc {
  /** Where the module koffi is, for threads. */
  readonly koffi: string;
  errno(): number;
  readonly socket: NativeFunction;
  readonly socketpair: NativeFunction;
  readonly bind: NativeFunction;
  readonly listen: NativeFunction;
  readonly accept4: NativeFunction;
  readonly connect: NativeFunction;
  readonly shutdown: NativeFunction;
  readonly close: NativeFunction;
  readonly pipe2: NativeFunction;
  readonly fcntl: NativeFunction;
  readonly sendmsg: NativeFunction;
  readonly recvmsg: NativeFunction;
  readonly epoll_create1: NativeFunction;
  readonly epoll_ctl: NativeFunction;
  readonly eventfd: NativeFunction;
  readonly write: NativeFunction;
  readonly memmove: NativeFunction;
}

// Linux, the same on all architectures we run on.
export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SHUT_WR = 1;
export const O_CLOEXEC = 0o2000000;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;

export const ERRNO = { EINTR: 4, EAGAIN: 11, ENFILE: 23, EMFILE: 24 } as const;

/** Whether `errno` only says that there is nothing to be had now. */
export function isAgain(errno: number): boolean {
  return errno === ERRNO.EAGAIN;
}

let loaded: Libc | null = null;

/** The C library. Throws UsageError `no-descriptor-passing` where this does not work, `no-koffi` without koffi or where that cannot be loaded. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const { platform, arch } = process;
  // Only there are the layouts in ancillary.ts and readiness.ts known to be right.
  if (platform !== "linux" || !["x64", "arm64"].includes(arch)) {
    const where = `${platform} on ${arch}`;
    throw new UsageError("no-descriptor-passing", `file descriptors are passed on Linux (x64, arm64), not on ${where}`);
  }
  // A bundle of CommonJS has no URL.
  const require = requireFrom(import.meta.url ?? __filename);
  let koffi: Koffi;
  try {
    koffi = require("koffi") as Koffi;
  } catch (cause) {
    throw noKoffi(cause as NodeJS.ErrnoException);
  }
  // The process has its C library already, glibc or musl.
  const library = koffi.load(null);
  const call = (name: string, result: string, ...parameters: string[]) => library.func(name, result, parameters);
  return {
    koffi: require.resolve("koffi"),
    errno: () => koffi.errno(),
    socket: call("socket", "int", "int", "int", "int"),
    socketpair: call("socketpair", "int", "int", "int", "int", "void *"),
    bind: call("bind", "int", "int", "void *", "uint32_t"),
    listen: call("listen", "int", "int", "int"),
    accept4: call("accept4", "int", "int", "uintptr_t", "uintptr_t", "int"),
    connect: call("connect", "int", "int", "void *", "uint32_t"),
    shutdown: call("shutdown", "int", "int", "int"),
    close: call("close", "int", "int"),
    pipe2: call("pipe2", "int", "void *", "int"),
    fcntl: call("fcntl", "int", "int", "int", "int"),
    sendmsg: call("sendmsg", "intptr_t", "int", "void *", "int"),
    recvmsg: call("recvmsg", "intptr_t", "int", "void *", "int"),
    epoll_create1: call("epoll_create1", "int", "int"),
    epoll_ctl: call("epoll_ctl", "int", "int", "int", "int", "void *"),
    eventfd: call("eventfd", "int", "uint32_t", "int"),
    write: call("write", "intptr_t", "int", "void *", "size_t"),
    memmove: call("memmove", "uintptr_t", "void *", "void *", "size_t"),
  };
}

/** It is not there; or it is, but has no binary for this machine, or Node was told to load none. */
function noKoffi(cause: NodeJS.ErrnoException): UsageError {
  const needed = "passing file descriptors needs the package koffi, by which Node can call sendmsg";
  const advice = cause.code === "MODULE_NOT_FOUND" ? "npm install koffi" : `it cannot be loaded: ${cause.message}`;
  return new UsageError("no-koffi", `${needed}: ${advice}`, { cause });
}

/** What `errno` means, as the error of whoever wanted to do `what`: "cannot connect to unix:/x: ECONNREFUSED". */
export function systemError(what: string, errno: number): TransportError {
  const name = getSystemErrorName(-errno);
  return new TransportError("failed", `${what}: ${name}`, {
    cause: Object.assign(new Error(name), { errno, code: name }),
  });
}

/** The result of a call; throws TransportError, saying `what` could not be done, if it failed. */
export function checked(what: string, result: number): number {
  if (result < 0) throw systemError(what, libc().errno());
  return result;
}

/** Has `fd` closed in programs that this one starts. */
export function closeOnExec(fd: number): void {
  libc().fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/** Another descriptor for the open file that `fd` is, closed on exec, which the caller owns: for what closes the descriptor it is given. */
export function dup(fd: number): number {
  return checked(`cannot duplicate descriptor ${fd}`, libc().fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/** A pipe: a descriptor to read from and one to write to, closed on exec, which the caller owns. */
export function pipe(): [reading: number, writing: number] {
  return twoDescriptors((pair) => checked("cannot make a pipe", libc().pipe2(pair, O_CLOEXEC)));
}

/** Two connected Unix stream sockets, closed on exec, which the caller owns. */
export function socketpair(): [number, number] {
  const type = SOCK_STREAM | SOCK_CLOEXEC;
  return twoDescriptors((pair) => checked("cannot make a socketpair", libc().socketpair(AF_UNIX, type, 0, pair)));
}

function twoDescriptors(make: (pair: Uint8Array) => void): [number, number] {
  const pair = new Int32Array(new ArrayBuffer(8));
  make(new Uint8Array(pair.buffer));
  return [pair[0] as number, pair[1] as number];
}
