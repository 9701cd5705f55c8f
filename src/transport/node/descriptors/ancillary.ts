/**
 * Bytes and file descriptors through one system call: struct msghdr, its vector of buffers and its SCM_RIGHTS control message, laid out in
 * memory of our own. The layout is that of 64-bit Linux, of glibc and musl alike: musl splits the sizes of `iovlen`, `controllen` and
 * `cmsg_len` into a word and a padding that is zero.
 */

import { MAX_FDS_PER_MESSAGE } from "../../../wire/fds.js";
import { ERRNO, libc } from "./libc.js";

// struct msghdr, 56 bytes: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48.
const IOV = 16;
const IOV_LENGTH = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const HEADER_BYTES = 56;
// struct iovec, 16 bytes: base 0, len 8.
const IOVEC_BYTES = 16;
const MAX_IOVECS = 64;
// struct cmsghdr, 16 bytes: len 0, level 8, type 12; the data follows.
const CMSG_LEVEL = 8;
const CMSG_TYPE = 12;
const CMSG_DATA = 16;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

const IOV_AT = 64;
const CONTROL_AT = IOV_AT + MAX_IOVECS * IOVEC_BYTES;
const MAX_CONTROL_BYTES = cmsgSpace(MAX_FDS_PER_MESSAGE);

/** The memory that the calls are made with. One is enough: they do not wait, and nothing of it is looked at afterwards. */
let shared: { readonly view: DataView; readonly header: Uint8Array; readonly address: number } | null = null;

function scratch() {
  if (shared) return shared;
  const view = new DataView(new ArrayBuffer(CONTROL_AT + MAX_CONTROL_BYTES));
  const header = new Uint8Array(view.buffer, 0, HEADER_BYTES);
  shared = { view, header, address: addressOf(view.buffer) };
  return shared;
}

/** Sends the beginning of `chunks` from byte `from` of the first on, and all of `fds` with it. How many bytes were taken, or minus errno. */
export function send(socket: number, chunks: readonly Uint8Array[], from: number, fds: readonly number[]): number {
  const { view, header } = scratch();
  let count = 0;
  for (const chunk of chunks) {
    if (count === MAX_IOVECS) break;
    const skipped = count === 0 ? from : 0;
    setIovec(view, count++, addressOf(chunk.buffer) + chunk.byteOffset + skipped, chunk.byteLength - skipped);
  }
  const controlBytes = fds.length > 0 ? cmsgSpace(fds.length) : 0;
  setHeader(count, controlBytes);
  if (fds.length > 0) {
    setWord(view, CONTROL_AT, CMSG_DATA + 4 * fds.length);
    view.setInt32(CONTROL_AT + CMSG_LEVEL, SOL_SOCKET, true);
    view.setInt32(CONTROL_AT + CMSG_TYPE, SCM_RIGHTS, true);
    fds.forEach((fd, index) => {
      view.setInt32(CONTROL_AT + CMSG_DATA + 4 * index, fd, true);
    });
  }
  return repeated(() => libc().sendmsg(socket, header, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** What one read brought. */
export interface Received {
  /** 0 at the end of the stream; minus errno if it failed. */
  readonly bytes: number;
  /** Owned by the caller, and closed on exec. */
  readonly fds: readonly number[];
}

/**
 * Reads into `buffer`, and up to `maxFds` descriptors; the kernel closes others, but for one that may come for want of a smaller size. It ends
 * a read behind the bytes that descriptors were sent with.
 */
export function receive(socket: number, buffer: Uint8Array, maxFds: number): Received {
  const { view, header } = scratch();
  setIovec(view, 0, addressOf(buffer.buffer) + buffer.byteOffset, buffer.byteLength);
  setHeader(1, maxFds > 0 ? cmsgSpace(maxFds) : 0);
  const bytes = repeated(() => libc().recvmsg(socket, header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
  return { bytes, fds: maxFds > 0 && bytes >= 0 ? descriptorsIn(view) : NO_FDS };
}

const NO_FDS: readonly number[] = [];

/** The descriptors in the control messages that the kernel has written. None may be missed: nobody would close it. */
function descriptorsIn(view: DataView): readonly number[] {
  const end = CONTROL_AT + view.getUint32(CONTROL_LENGTH, true);
  if (end === CONTROL_AT) return NO_FDS;
  const fds: number[] = [];
  for (let at = CONTROL_AT; at + CMSG_DATA <= end; ) {
    const length = view.getUint32(at, true);
    const rights =
      view.getInt32(at + CMSG_LEVEL, true) === SOL_SOCKET && view.getInt32(at + CMSG_TYPE, true) === SCM_RIGHTS;
    const stop = Math.min(at + length, end);
    for (let data = at + CMSG_DATA; rights && data + 4 <= stop; data += 4) fds.push(view.getInt32(data, true));
    at += Math.max(aligned(length), CMSG_DATA);
  }
  return fds;
}

function setHeader(iovecs: number, controlBytes: number): void {
  const { view, address } = scratch();
  for (let at = 0; at < HEADER_BYTES; at += 4) view.setUint32(at, 0, true);
  setWord(view, IOV, address + IOV_AT);
  setWord(view, IOV_LENGTH, iovecs);
  if (controlBytes === 0) return;
  setWord(view, CONTROL, address + CONTROL_AT);
  setWord(view, CONTROL_LENGTH, controlBytes);
}

function setIovec(view: DataView, index: number, address: number, length: number): void {
  setWord(view, IOV_AT + index * IOVEC_BYTES, address);
  setWord(view, IOV_AT + index * IOVEC_BYTES + 8, length);
}

/** A 64-bit number; addresses have less bits than a double's mantissa. */
function setWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** CMSG_SPACE. */
function cmsgSpace(fds: number): number {
  return CMSG_DATA + aligned(4 * fds);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

const addresses = new WeakMap<ArrayBufferLike, number>();

/** Where the memory of `buffer` begins. It stays there as long as somebody refers to the buffer. */
function addressOf(buffer: ArrayBufferLike): number {
  let address = addresses.get(buffer);
  if (address === undefined) {
    const bytes = new Uint8Array(buffer);
    // Moves nothing, and returns the address.
    address = libc().memmove(bytes, bytes, 0);
    addresses.set(buffer, address);
  }
  return address;
}

/** A call's result, or minus errno; again if a signal came between. */
function repeated(call: () => number): number {
  for (;;) {
    const result = call();
    if (result >= 0) return result;
    const errno = libc().errno();
    if (errno !== ERRNO.EINTR) return -errno;
  }
}
