/** The process that measures capwire's dynamic face. Usage: worker <path of bench.capnp> */

import { serveWorks } from "../work.js";
import { dynamicWorks } from "./work.js";

await serveWorks(dynamicWorks(process.argv[2]!));
