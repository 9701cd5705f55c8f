/**
 * Two processes, or two halves of one, joined without an address: file descriptors inherited from the parent, the
 * pipes of a child, and a connected pair of Unix sockets.
 */

import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../errors.js";
import type { StreamTransport } from "../stream.js";
import { type NodeTransportOptions, streamTransport } from "./connect.js";
import { fdTransport } from "./descriptors/connect.js";

export interface DescriptorTransportOptions extends NodeTransportOptions {
  /** Passes file descriptors along with capabilities, so many with one message at most; for Unix sockets. None unless given; needs the package koffi, and Linux. */
  readonly maxFdsPerMessage?: number;
}

/** A transport over a socket this process was started with, such as one end of a socketpair(2). Takes the descriptor. */
export function descriptorTransport(descriptor: number, options: DescriptorTransportOptions = {}): StreamTransport {
  if (options.maxFdsPerMessage) return fdTransport(descriptor, options.maxFdsPerMessage, options);
  const socket = new Socket({ fd: descriptor, readable: true, writable: true, allowHalfOpen: true });
  return streamTransport(socket, { peerName: `fd:${descriptor}`, ...options });
}

/**
 * A transport to a child process: over its standard input and output, or over `stdio[index]` when it was spawned with
 * "pipe" there (on Unix that is a socketpair; the child takes its end with `descriptorTransport(index)`).
 */
export function childTransport(
  child: ChildProcess,
  options: NodeTransportOptions & { readonly index?: number } = {},
): StreamTransport {
  const { index, ...rest } = options;
  const settings = { peerName: `pid:${child.pid ?? "?"}`, ...rest };
  if (index === undefined) {
    if (!child.stdin || !child.stdout) {
      throw new UsageError("no-pipe", 'the child has no pipes: spawn it with stdio: ["pipe", "pipe", …]');
    }
    return streamTransport({ readable: child.stdout, writable: child.stdin }, settings);
  }
  const stream = child.stdio[index];
  if (!(stream instanceof Socket)) {
    throw new UsageError("no-pipe", `the child's stdio[${index}] is not a duplex pipe`);
  }
  return streamTransport(stream, settings);
}

/** A connected pair of Unix sockets. Node has no socketpair(2): this connects through a private path, gone on return. */
export async function socketPair(): Promise<[Socket, Socket]> {
  const directory = await mkdtemp(join(tmpdir(), "capwire-"));
  const server = createServer({ allowHalfOpen: true });
  try {
    const path = join(directory, "pair");
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
    const left = await new Promise<Socket>((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true }, () => resolve(socket)).once("error", reject);
    });
    return [left, await accepted];
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}
