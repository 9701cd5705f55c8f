/** Addresses: the peer programs' form of them (cpp/endpoint.h), ours, and how one becomes the other. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectAddress, ListenAddress } from "capwire/transport/node";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";
import type { Carrier } from "./peers.js";

/** An address in the programs' own form that nobody uses. */
export function freeAddress(carrier: Carrier): { readonly address: string; cleanUp(): void } {
  const cleanUp = () => {};
  switch (carrier) {
    case "TCP":
      return { address: "127.0.0.1:0", cleanUp };
    case "WebSocket":
      return { address: "ws:127.0.0.1:0", cleanUp };
    case "TLS":
      return { address: "tls:127.0.0.1:0", cleanUp };
    case "Unix socket": {
      const directory = mkdtempSync(join(tmpdir(), "capwire-"));
      const cleanUp = () => rmSync(directory, { recursive: true, force: true });
      return { address: `unix:${join(directory, "socket")}`, cleanUp };
    }
  }
}

/** Where a capwire server listens for the programs, and how to tell them once it is known. */
export function listenAddress(carrier: Carrier): {
  readonly address: ListenAddress;
  clientAddress(port: number | null): string;
  cleanUp(): void;
} {
  const { address, cleanUp } = freeAddress(carrier);
  const at = (prefix: string) => (port: number | null) => `${prefix}127.0.0.1:${port}`;
  switch (carrier) {
    case "TCP":
      return { address: { host: "127.0.0.1", port: 0 }, clientAddress: at(""), cleanUp };
    case "Unix socket":
      return { address: { path: address.slice("unix:".length) }, clientAddress: () => address, cleanUp };
    case "WebSocket":
      return { address: { webSocket: { host: "127.0.0.1", port: 0 } }, clientAddress: at("ws:"), cleanUp };
    case "TLS": {
      const tls = { cert: CERTIFICATE, key: PRIVATE_KEY };
      return { address: { host: "127.0.0.1", port: 0, tls }, clientAddress: at("tls:"), cleanUp };
    }
  }
}

/** The programs' form of an address as ours. */
export function connectAddress(address: string): ConnectAddress {
  const [scheme, ...rest] = address.split(":");
  const where = rest.join(":");
  switch (scheme) {
    case "unix":
      return { path: where };
    case "ws":
      return { url: `ws://${where}/` };
    case "tls": {
      const [host = "", port] = rest;
      return { host, port: Number(port), tls: { ca: CERTIFICATE, servername: "localhost" } };
    }
    default:
      return { host: scheme ?? "", port: Number(where) };
  }
}
