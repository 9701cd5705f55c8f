/** A connection's tables as rows for people: who calls what, and which objects are held. */

import { BrokenHook } from "../cap/broken.js";
import { innermost } from "../cap/hook.js";
import { LocalHook } from "../cap/local.js";
import type { Answer } from "./answer.js";
import type { Connection } from "./connection.js";
import type { Export } from "./export.js";
import type { TableRow } from "./observe.js";

export function dump({ questions, answers, imports, exports, embargoes }: Connection): TableRow[] {
  const rows: TableRow[] = [];
  for (const question of questions.values()) {
    rows.push({ label: question.describe(), state: `${question.kind} ${question.phase}` });
  }
  for (const answer of answers.values()) {
    rows.push({ label: answer.describe(), state: `${answer.phase} → ${answer.destination}`, what: called(answer) });
  }
  for (const hook of imports.values()) {
    rows.push({ label: hook.describe(), state: `${hook.remoteReferences} held${hook.promise ? ", promise" : ""}` });
  }
  for (const entry of exports.values()) {
    rows.push({ label: entry.describe(), state: `${entry.references} out`, what: exported(entry) });
  }
  for (const { id } of embargoes.values()) rows.push({ label: `m${id}`, state: "waiting for its echo" });
  return rows;
}

/** As the schema has it: names are known to the object called, not to the connection. A Bootstrap has no interface. */
function called({ interfaceId, methodId }: Answer): string {
  return interfaceId === 0n ? "bootstrap" : `interface @0x${interfaceId.toString(16)} method @${methodId}`;
}

function exported({ hook }: Export): string {
  const object = innermost(hook);
  if (object instanceof LocalHook) return object.describe();
  if (object instanceof BrokenHook) return "broken";
  return object.isUnresolvedPromise ? "promise" : "object of another vat";
}
