/** FileStore: saved references in a folder, a file for each. What was stored survives a crash of the process and of the machine. */

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CapwireError, UsageError } from "../../errors.js";
import type { SavedObject, SturdyRefStore } from "../restorer.js";

/** A store holds something that is none of its objects. */
export class StoreError extends CapwireError {
  readonly code = "damaged";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
  }
}

export class FileStore implements SturdyRefStore {
  readonly #folder: string;

  /**
   * Keeps its files in `folder`, which is made if need be and readable by its owner only; several processes may share it. One killed while it
   * saves can leave a draft, whose name does not end in `.json`: nobody was promised it, and it may be removed.
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rejects with StoreError `damaged` if the file is not what `store` wrote, otherwise with Node's own error. */
  async load(key: string): Promise<SavedObject | null> {
    const path = this.#path(key);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    return parse(text, path);
  }

  async store(key: string, saved: SavedObject): Promise<void> {
    const path = this.#path(key);
    // Every time: it may not have been possible before, or somebody has moved the folder away.
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Whole or not at all, under its own name only when it is on the disk.
    const draft = `${path}.${randomBytes(6).toString("hex")}`;
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(saved));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await this.#syncFolder();
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    // Or a crash brings it back.
    await this.#syncFolder();
  }

  /** A file's name is safe once its folder is. Windows cannot do it, and needs it not. */
  async #syncFolder(): Promise<void> {
    if (process.platform === "win32") return;
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #path(key: string): string {
    if (!/^[0-9a-f]{64}$/.test(key)) throw new UsageError("bad-key", "a key has 64 hexadecimal digits");
    return join(this.#folder, `${key}.json`);
  }
}

function parse(text: string, path: string): SavedObject {
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch (error) {
    throw new StoreError(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
  if (typeof saved === "object" && saved !== null && "kind" in saved && typeof saved.kind === "string")
    return saved as SavedObject;
  throw new StoreError(`${path} is damaged: it holds no saved object`);
}
