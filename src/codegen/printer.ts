/**
 * Printer: the text of one generated file. It keeps indentation and collects imports, so that whoever prints a name of another
 * file says so once and the import line appears by itself. It knows nothing of schemas.
 */

interface ModuleImport {
  readonly alias: string;
  /** The module is needed at run time, not for its types alone. */
  value: boolean;
}

export class Printer {
  readonly #lines: string[] = [];
  readonly #imports = new Map<string, ModuleImport>();
  #indent = "";

  /** Prints one line, or several if `text` holds newlines; an empty text is an empty line. */
  line(text = ""): void {
    for (const line of text.split("\n")) this.#lines.push(line === "" ? "" : this.#indent + line);
  }

  /** Prints `open {`, what `body` prints one step deeper, and `close`. */
  block(open: string, body: () => void, close = "}"): void {
    this.line(`${open} {`);
    this.indented(body);
    this.line(close);
  }

  indented(body: () => void): void {
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    body();
    this.#indent = outer;
  }

  /** Prints a doc comment as JSDoc; nothing for an empty one. `extra` lines go below it. */
  doc(comment: string, ...extra: string[]): void {
    const lines = comment.trimEnd() === "" ? [] : comment.trimEnd().split("\n");
    if (lines.length > 0 && extra.length > 0) lines.push("");
    lines.push(...extra);
    const safe = lines.map((line) => line.trimEnd().replaceAll("*/", "*\\/"));
    if (safe.length === 1) this.line(`/** ${safe[0]} */`);
    if (safe.length < 2) return;
    this.line("/**");
    for (const line of safe) this.line(line === "" ? " *" : ` * ${line}`);
    this.line(" */");
  }

  /** The alias under which this file knows the module `specifier`; `suggested` is used unless another module has it. */
  module(specifier: string, suggested: string, use: "type" | "value"): string {
    let entry = this.#imports.get(specifier);
    if (!entry) {
      const taken = new Set([...this.#imports.values()].map((each) => each.alias));
      let alias = suggested;
      for (let count = 2; taken.has(alias); count++) alias = `${suggested}${count}`;
      entry = { alias, value: false };
      this.#imports.set(specifier, entry);
    }
    if (use === "value") entry.value = true;
    return entry.alias;
  }

  imports(specifier: string): boolean {
    return this.#imports.has(specifier);
  }

  /** The whole file: `header`, imports in the order of their specifiers, then what was printed. */
  toString(header: string): string {
    const imports = [...this.#imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([specifier, { alias, value }]) =>
          `import ${value ? "" : "type "}* as ${alias} from ${JSON.stringify(specifier)};`,
      );
    const body = this.#lines
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    return `${[header, ...imports].join("\n")}\n\n${body}\n`;
  }
}
