/** Whether pycapnp, Cap'n Proto for Python, may be used by tests, and how to install it. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The interpreter of the environment that `make` makes. */
export const PYTHON: string = fileURLToPath(new URL("./interop/python/build/venv/bin/python", import.meta.url));

export const INSTALL_PYCAPNP = "apt-get install python3-venv make && make -C test/interop/python";

export const isPycapnpInstalled: boolean = spawnSync(PYTHON, ["-c", "import capnp"]).status === 0;
