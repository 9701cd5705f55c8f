/** `node --import capwire/register app.js`: from here on the program can import schemas. */

import * as nodeModule from "node:module";
import { loadSync, resolveSync } from "./hooks.js";

/** Node's hooks in the program's own thread: since 22.15, and for `require` as well. */
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { resolve: unknown; load: unknown }) => void };

if (registerHooks) registerHooks({ resolve: resolveSync, load: loadSync });
else nodeModule.register("./hooks.js", import.meta.url);
