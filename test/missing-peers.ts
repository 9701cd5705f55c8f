/**
 * Says before a run which peers are not installed, what is skipped for want of them, and which command brings them. The default
 * reporter shows skipped tests by number only. With CAPWIRE_REQUIRE_PEERS=1 the suites themselves fail instead.
 */

import { INSTALL_CHROMIUM, isChromiumInstalled } from "./browser/chromium.js";
import { INSTALL_CAPNP, isCapnpInstalled } from "./has-capnp.js";
import { INSTALL_PYCAPNP, isPycapnpInstalled } from "./has-pycapnp.js";
import { CPP, DESCRIPTOR_PROGRAMS, missingPrograms, PEERS } from "./interop/peers.js";

interface Missing {
  readonly name: string;
  readonly skipped: string;
  readonly install: string;
  isThere(): boolean;
}

const ALL: readonly Missing[] = [
  {
    name: "the capnp tool",
    skipped: "oracle suites of compiler, wire, codegen, JSON, text, streams and the command line",
    install: INSTALL_CAPNP,
    isThere: () => isCapnpInstalled,
  },
  {
    name: "pycapnp",
    skipped: "test/pycapnp (messages and schemas that both read)",
    install: INSTALL_PYCAPNP,
    isThere: () => isPycapnpInstalled,
  },
  {
    name: "Chromium",
    skipped: "test/browser (pages in a real browser)",
    install: INSTALL_CHROMIUM,
    isThere: () => isChromiumInstalled,
  },
  ...PEERS.map((peer) => ({
    name: `the interop programs of ${peer.name}`,
    skipped: `everything in test/interop with ${peer.name} at the other end`,
    install: peer.install,
    isThere: () => missingPrograms(peer).length === 0,
  })),
  {
    name: `the programs of ${CPP.name} that pass file descriptors`,
    skipped: "test/interop/descriptors.test.ts",
    install: CPP.install,
    isThere: () => missingPrograms(CPP, DESCRIPTOR_PROGRAMS).length === 0,
  },
];

export default function reportMissingPeers(): void {
  for (const { name, skipped, install, isThere } of ALL) {
    if (!isThere()) console.log(`${name}: not installed. Skipped: ${skipped}.\n  To run them: ${install}`);
  }
}
