/**
 * Printer: the text of one generated file. It keeps indentation and collects imports, so that whoever prints a name of another
 * file says so once and the import line appears by itself. It knows nothing of schemas.
 *
 * The same calls print TypeScript, or JavaScript, or the declarations that go with it: whoever prints says what is there for types
 * alone (`typed`, `types`) and what only runs (`code`, bodies of members, values of constants), and the printer leaves out what
 * its language does not have.
 */

/** What a file is written in; JavaScript and the declarations of it (`.d.ts`) are together what the TypeScript is. */
export type Language = "typescript" | "javascript" | "declarations";

interface ModuleImport {
  readonly alias: string;
  /** The module is needed at run time, not for its types alone. */
  value: boolean;
}

interface Line {
  readonly text: string;
  readonly place: number | undefined;
}

const EMPTY: Line = { text: "", place: undefined };

export interface PrintedFile {
  readonly text: string;
  /** For each line of the text, where in the schema that begins which it is made from, in bytes; undefined if it is from nowhere. */
  readonly places: readonly (number | undefined)[];
}

/** Names of parameters and their types. A name may end in `?`. */
export type Parameters = readonly (readonly [name: string, type: string])[];

export class Printer {
  readonly #language: Language;
  readonly #lines: Line[] = [];
  readonly #imports = new Map<string, ModuleImport>();
  #indent = "";
  #place: number | undefined;

  constructor(language: Language = "typescript") {
    this.#language = language;
  }

  /** The part of a line that says a type: `: T`, `<T>`, ` as T`. JavaScript has none. */
  typed(text: string): string {
    return this.#language === "javascript" ? "" : text;
  }

  /** A parameter list, without parentheses. */
  parameters(list: Parameters): string {
    return list.map(([name, type]) => name.replace("?", this.typed("?")) + this.typed(`: ${type}`)).join(", ");
  }

  /** Prints what is there for types alone: aliases, interfaces, namespaces. */
  types(body: () => void): void {
    if (this.#language !== "javascript") body();
  }

  /** Prints what only runs and nobody outside the file sees. */
  code(body: () => void): void {
    if (this.#language !== "declarations") body();
  }

  /** Prints an exported class; `head` is its name and what it extends. */
  class(head: string, body: () => void): void {
    this.block(`export ${this.#language === "declarations" ? "declare " : ""}class ${head}`, body);
  }

  /** Prints a method, accessor or constructor: its signature, and what it does in braces. */
  member(signature: string, body: string): void {
    this.line(this.#language === "declarations" ? `${signature};` : `${signature} { ${body === "" ? "" : `${body} `}}`);
  }

  /** Like `member`, with a body of several lines. */
  memberBlock(signature: string, body: () => void): void {
    if (this.#language === "declarations") this.line(`${signature};`);
    else this.block(signature, body);
  }

  /** Prints a property of a class that only its type has. */
  declaredProperty(text: string): void {
    this.types(() => this.line(this.#language === "declarations" ? `${text};` : `declare ${text};`));
  }

  /** Prints an exported constant. TypeScript finds out its type; declarations have to say it, or the literal that it is. */
  constant(name: string, type: "literal" | { readonly type: string }, value: string): void {
    if (this.#language !== "declarations") this.line(`export const ${name} = ${value};`);
    else this.line(`export declare const ${name}${type === "literal" ? ` = ${value}` : `: ${type.type}`};`);
  }

  /** Prints an exported object of literals, which are its types as well. */
  constantObject(name: string, entries: readonly { doc: string; name: string; value: string }[]): void {
    const declared = this.#language === "declarations";
    this.line(`export ${declared ? `declare const ${name}:` : `const ${name} =`} {`);
    this.indented(() => {
      for (const entry of entries) {
        this.doc(entry.doc);
        this.line(declared ? `readonly ${entry.name}: ${entry.value};` : `${entry.name}: ${entry.value},`);
      }
    });
    this.line(declared ? "};" : `}${this.typed(" as const")};`);
  }

  /** Prints an exported constant with its type. */
  typedConstant(name: string, type: string, value: string): void {
    this.constant(name + (this.#language === "typescript" ? `: ${type}` : ""), { type }, value);
  }

  /** Prints one line, or several if `text` holds newlines; an empty text is an empty line. */
  line(text = ""): void {
    for (const line of text.split("\n"))
      this.#lines.push({ text: line === "" ? "" : this.#indent + line, place: this.#place });
  }

  /** Prints `open {`, what `body` prints one step deeper, and `close`. */
  block(open: string, body: () => void, close = "}"): void {
    this.line(`${open} {`);
    this.indented(body);
    this.line(close);
  }

  /** Prints what `body` prints, and remembers that it comes from byte `place` of the schema. */
  from(place: number | undefined, body: () => void): void {
    const outer = this.#place;
    this.#place = place ?? outer;
    body();
    this.#place = outer;
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

  /** The whole file: `header`, imports in the order of their specifiers, then what was printed, no two empty lines in a row. */
  finish(header: string): PrintedFile {
    const imports = [...this.#imports]
      .filter(([, { value }]) => value || this.#language !== "javascript")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([specifier, { alias, value }]) =>
          `import ${value && this.#language !== "declarations" ? "" : "type "}* as ${alias} from ${JSON.stringify(specifier)};`,
      );
    const lines: Line[] = [header, ...imports].map((text) => ({ text, place: undefined }));
    for (const line of [EMPTY, ...this.#lines]) {
      if (line.text !== "" || lines.at(-1)?.text !== "") lines.push(line);
    }
    if (lines.at(-1)?.text === "") lines.pop();
    return { text: `${lines.map(({ text }) => text).join("\n")}\n`, places: lines.map(({ place }) => place) };
  }
}
