/**
 * Participant: one measured process as the harness sees it. It is started, asked for samples and closed; whatever goes wrong in it
 * (it dies, it hangs, it says "error") rejects the sample at hand with its reason and never reaches another participant.
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export type Command = readonly [program: string, ...args: string[]];

const START_LIMIT_SECONDS = 15;
/** Checks run their work once, whatever it is. */
const CHECK_LIMIT_SECONDS = 60;
/** What a sample may take beyond the time it was asked to measure. */
const GRACE_SECONDS = 20;
const KEPT_STDERR_CHARACTERS = 4000;

interface Answer {
  readonly ready?: boolean;
  readonly port?: number;
  readonly value?: number;
  readonly error?: string;
}

export class Participant {
  /** The port a server listens on; 0 for the others. */
  port = 0;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<void>;
  #failure: Error | null = null;
  #stderr = "";
  /** The request being answered: set by #next, taken by an answer or a failure. */
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

  private constructor(command: Command) {
    const [program, ...args] = command;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {}); // the exit says more
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk).slice(-KEPT_STDERR_CHARACTERS);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answered(line));
    this.#exited = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#fail(error);
        resolve();
      });
      this.#child.on("close", (code, signal) => {
        this.#fail(new Error(`exited with ${code ?? signal}${this.#lastWords()}`));
        resolve();
      });
    });
  }

  /** Starts a process and waits until it says it is ready. */
  static async start(command: Command): Promise<Participant> {
    const participant = new Participant(command);
    try {
      const { port } = await participant.#next(START_LIMIT_SECONDS);
      participant.port = port ?? 0;
      return participant;
    } catch (error) {
      await participant.close();
      throw error;
    }
  }

  /** Measures `bench` for about `seconds`. */
  sample(bench: string, seconds: number): Promise<number> {
    return this.#ask(`${bench} ${seconds}`, seconds + GRACE_SECONDS);
  }

  /** A number that tells what the work of `bench` gives. */
  check(bench: string): Promise<number> {
    return this.#ask(`check ${bench}`, CHECK_LIMIT_SECONDS);
  }

  /** Ends the process, by force if it does not go by itself. Idempotent. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await this.#exited;
    clearTimeout(timer);
  }

  async #ask(request: string, limitSeconds: number): Promise<number> {
    const answer = this.#next(limitSeconds);
    this.#child.stdin.write(`${request}\n`);
    const { value, error } = await answer;
    if (value === undefined || !Number.isFinite(value)) throw new Error(error ?? "answered without a value");
    return value;
  }

  #next(limitSeconds: number): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(new Error(`no answer within ${limitSeconds} s`));
        this.#child.kill("SIGKILL");
      }, limitSeconds * 1000);
      this.#waiting = {
        resolve(answer) {
          clearTimeout(timer);
          resolve(answer);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  #answered(line: string): void {
    if (!line.startsWith("{")) return; // libraries print as they like
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(JSON.parse(line) as Answer);
  }

  /** The line of standard error that says most: Node prints the error in the middle of a stack. */
  #lastWords(): string {
    const lines = this.#stderr.trim().split("\n");
    const line = lines.findLast((line) => /^\S*(Error|exception)/i.test(line)) ?? lines.at(-1);
    return line ? `: ${line}` : "";
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(this.#failure);
  }
}
