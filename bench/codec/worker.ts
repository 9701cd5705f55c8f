/** The process that measures one codec. Usage: worker <module exporting `codec`> */

import { serveWorks } from "../work.js";
import type { Codec } from "./codec.js";
import { codecWorks } from "./work.js";

const { codec } = (await import(process.argv[2]!)) as { codec: Codec };
await serveWorks(codecWorks(codec));
