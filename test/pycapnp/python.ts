/**
 * pycapnp as a peer: finds its interpreter, and puts questions to test/pycapnp/peer.py. Where it is not installed, suites that need it
 * are skipped by name with what installs it; with CAPWIRE_REQUIRE_PEERS=1, as CI sets it, they fail.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SCHEMAS } from "../capnp-tool.js";
import { arePeersRequired } from "../has-capnp.js";
import { INSTALL_PYCAPNP, isPycapnpInstalled, PYTHON } from "../has-pycapnp.js";
import type { Tagged } from "./tagged.js";

const PEER = fileURLToPath(new URL("./peer.py", import.meta.url));

/** A suite that needs pycapnp. */
export function describeWithPycapnp(title: string, suite: () => void): void {
  if (isPycapnpInstalled) {
    describe(title, suite);
    return;
  }
  const verdict = `pycapnp is missing (${INSTALL_PYCAPNP})`;
  describe(title, () => {
    if (arePeersRequired) {
      it(verdict, () => {
        throw new Error(verdict);
      });
    } else {
      it.skip(verdict, () => {});
    }
  });
}

/** How messages lie in bytes. `file` goes through a file descriptor, the others through memory. */
export type Form = "binary" | "packed" | "binary stream" | "packed stream" | "binary file" | "packed file" | "segments";

/** A struct of a schema below test/schemas. */
export interface Root {
  readonly schema: string;
  readonly type: string;
}

export type Question = Root &
  (
    | {
        readonly do: "read";
        readonly form: Form;
        readonly bytes?: string;
        readonly segments?: readonly string[];
        readonly limits?: object;
        /** For "binary stream": what to_dict() cannot say is looked at as text only. */
        readonly textOnly?: boolean;
      }
    | {
        readonly do: "build";
        readonly form: Form;
        readonly values: readonly Tagged[];
        readonly firstSegmentWords?: number;
      }
    | { readonly do: "anything"; readonly bytes: string; readonly field: string; readonly as: string }
    | { readonly do: "load nodes"; readonly request: string; readonly id: string; readonly bytes: string }
  );

/** What pycapnp says; of each message its to_dict() and its str(). */
export interface Answer {
  readonly messages?: readonly { readonly value: Tagged; readonly text: string }[];
  readonly bytes?: string;
  readonly segments?: readonly string[];
  readonly value?: Tagged;
  readonly nodes?: readonly (readonly [id: string, name: string, kind: string])[];
  readonly error?: string;
}

/** The answers to `questions`, in order, from one interpreter. */
export function ask(questions: readonly Question[]): Answer[] {
  const input = questions.map((each) => `${JSON.stringify(each)}\n`).join("");
  const run = spawnSync(PYTHON, [PEER, SCHEMAS], { input, maxBuffer: 1 << 29 });
  expect([run.status, run.stderr.toString()]).toEqual([0, ""]);
  const answers = run.stdout.toString().split("\n").slice(0, -1);
  expect(answers.length).toBe(questions.length);
  return answers.map((line) => JSON.parse(line) as Answer);
}

/** The same, where pycapnp must not complain. */
export function askGood(questions: readonly Question[]): Answer[] {
  return ask(questions).map((answer, index) => {
    if (answer.error === undefined) return answer;
    throw new Error(`pycapnp: ${answer.error} (question ${index}: ${JSON.stringify(questions[index]).slice(0, 300)})`);
  });
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

export function fromBase64(text: string | undefined): Uint8Array {
  // Not a slice of Buffer's pool: messages want their words aligned.
  return Uint8Array.from(Buffer.from(text!, "base64"));
}
