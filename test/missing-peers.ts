/**
 * Says before a run which peers are not installed, what is skipped for want of them, and which command brings them. The default
 * reporter shows skipped tests by number only. With CAPWIRE_REQUIRE_PEERS=1 the suites themselves fail instead.
 */

import { existsSync } from "node:fs";
import { INSTALL_CAPNP, isCapnpInstalled } from "./has-capnp.js";
import { INSTALL_PYCAPNP, isPycapnpInstalled } from "./has-pycapnp.js";

interface Peer {
  readonly name: string;
  readonly skipped: string;
  readonly install: string;
  isThere(): boolean;
}

const PROGRAMS = ["calculator-server", "calculator-client", "interop-server", "interop-client"];

const PEERS: readonly Peer[] = [
  {
    name: "the capnp tool",
    skipped: "oracle suites of compiler, wire, codegen, JSON, text, streams and the command line",
    install: INSTALL_CAPNP,
    isThere: () => isCapnpInstalled,
  },
  {
    name: "pycapnp",
    skipped: "test/pycapnp (messages read and written by both)",
    install: INSTALL_PYCAPNP,
    isThere: () => isPycapnpInstalled,
  },
  {
    name: "the C++ peer programs",
    skipped: "test/interop (RPC with C++ at the other end)",
    install: "apt-get install capnproto libcapnp-dev g++ make pkg-config && make -C test/interop/cpp",
    isThere: () => PROGRAMS.every((name) => existsSync(new URL(`./interop/cpp/build/${name}`, import.meta.url))),
  },
];

export default function reportMissingPeers(): void {
  for (const { name, skipped, install, isThere } of PEERS) {
    if (!isThere()) console.log(`${name}: not installed. Skipped: ${skipped}.\n  To run them: ${install}`);
  }
}
