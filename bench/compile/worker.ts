/** The process that measures one compiler on the large schema. Usage: worker capwire|other <command...> */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serveWorks } from "../work.js";
import { compileHere, compileWorks, FILE, writeSchema } from "./work.js";

const [whose, ...command] = process.argv.slice(2);
const directory = writeSchema();
process.on("exit", () => rmSync(directory, { recursive: true }));
const text = readFileSync(join(directory, FILE));
await serveWorks(compileWorks(directory, command, whose === "capwire" ? () => compileHere(text) : undefined));
