/** Whether the C++ `capnp` tool may be used by tests: the one place that asks. With CAPWIRE_REQUIRE_PEERS=1 suites run without it, and so fail. */

import { spawnSync } from "node:child_process";

const { CAPWIRE_REQUIRE_PEERS } = process.env;

/** A missing peer is a failure, not a reason to skip. */
export const arePeersRequired: boolean = CAPWIRE_REQUIRE_PEERS === "1";

/** The tool is there. */
export const isCapnpInstalled: boolean = spawnSync("capnp", ["--version"]).status === 0;

/** Suites that need the tool are to be run. */
export const hasCapnp: boolean = isCapnpInstalled || arePeersRequired;

export const INSTALL_CAPNP = "apt-get install capnproto libcapnp-dev";
