/** FileStore: saved references in a folder, a file for each. What was stored survives a crash of the process and of the machine. */

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../errors.js";
import type { SavedObject, SturdyRefStore } from "../restorer.js";

export class FileStore implements SturdyRefStore {
  readonly #folder: string;
  #made: Promise<unknown> | null = null;

  /** Keeps its files in `folder`, which is made if need be and readable by its owner only. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(key: string): Promise<SavedObject | null> {
    try {
      return JSON.parse(await readFile(this.#path(key), "utf8")) as SavedObject;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  async store(key: string, saved: SavedObject): Promise<void> {
    const path = this.#path(key);
    this.#made ??= mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#made;
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
    await rm(this.#path(key), { force: true });
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
