/** The process that measures capwire's packed encoding. */

import { serveWorks } from "../work.js";
import { packingWorks } from "./work.js";

await serveWorks(packingWorks);
