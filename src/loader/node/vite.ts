/**
 * The plugin for Vite, Rollup and Rolldown: `import { Person } from "./addressbook.capnp"`. It knows these tools by the shape of what they
 * call (plugin-types.ts) and imports none of them. Schemas are compiled when they are imported; when one changes under Vite's server,
 * it and the schemas it goes into are loaded anew, and whoever imports them.
 */

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { formatDiagnostic } from "../../compiler/diagnostic.js";
import type { SchemaModule } from "../schema-module.js";
import { isInstalled, writeDeclarations } from "./declarations.js";
import { slashed } from "./package.js";
import type {
  CapwirePlugin,
  HotChange,
  HotContext,
  LoadContext,
  ModuleGraph,
  ModuleNode,
  PluginError,
  WithServer,
} from "./plugin-types.js";
import { compileFile, seenFrom } from "./project.js";

export type { CapwirePlugin } from "./plugin-types.js";

export interface CapwirePluginOptions {
  /**
   * Directories, relative to Vite's root, where imports that begin with a slash are looked up, before those that the schema's
   * package.json names.
   */
  readonly importPath?: readonly string[];
  /** Whether to keep the declarations of imported schemas beside them, `addressbook.d.capnp.ts`, for TypeScript. */
  readonly dts?: boolean;
}

/** What makes a module of a schema something else, in Vite. */
const OTHER_QUERY = /[?&](?:raw|url|inline|worker|sharedworker)\b/;
const SCHEMA = /^[^\0?]*\.capnp(?:\?|$)/;

/** The plugin. Without options, in Vite and Rollup configurations alike. */
export function capwire(options: CapwirePluginOptions = {}): CapwirePlugin {
  let root = process.cwd();
  let isVite = false;
  /** The schemas that were imported, by path. */
  const loaded = new Map<string, SchemaModule>();

  function compile(path: string): SchemaModule {
    const importPath = (options.importPath ?? []).map((each) => resolve(root, each));
    const module = compileFile(path, importPath);
    if (module.missing.has(module.path)) return module;
    if (options.dts && !isInstalled(module.path)) writeDeclarations([path], { importPath });
    loaded.set(module.path, module);
    return module;
  }

  /** The modules that a changed file goes into, besides those of its own that `modules` are. */
  function affected<M extends ModuleNode>(file: string, modules: readonly M[], graph: ModuleGraph<M> | undefined): M[] {
    const found = new Set<M | ModuleNode>(modules);
    for (const module of [...loaded.values()].filter((each) => each.dependencies.has(file) || each.missing.has(file))) {
      for (const node of graph?.getModulesByFile(module.path) ?? []) {
        found.add(node);
        // Vite thinks that nobody has loaded what never could be; but those who tried will try again.
        if (module.hasErrors) for (const importer of node.importers) found.add(importer);
      }
      // The types beside it are wanted even if no page asks for it now.
      if (options.dts) compile(module.path);
    }
    return [...found] as M[];
  }

  return {
    name: "capwire",
    config(config) {
      // Found by nobody who scans a program for what to bundle in advance, as it is imported by generated code.
      const include = isInstalledIn(resolve(config.root ?? root)) ? ["capwire/codegen/runtime"] : [];
      return { optimizeDeps: { include } };
    },
    configResolved(config) {
      root = config.root;
      isVite = true;
    },
    async resolveId(this: LoadContext, source, importer) {
      if (!source.startsWith("capwire/") || importer === undefined || !SCHEMA.test(importer)) return null;
      // A schema may lie where no capwire is installed; then it is that of the program.
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found ?? (await this.resolve(source, join(root, "package.json"), { skipSelf: true }));
    },
    load(this: LoadContext, id) {
      if (!SCHEMA.test(id) || OTHER_QUERY.test(id)) return null;
      const path = id.replace(/\?.*$/s, "");
      const module = compile(path);
      // Who asks for it has a better idea of why there is no such file.
      if (module.missing.has(module.path)) return null;
      // Vite watches the module itself anyway, and would take this for an import.
      for (const each of module.dependencies.keys()) if (!isVite || each !== module.path) this.addWatchFile(each);
      if (module.hasErrors) return this.error(errorOf(module, root));
      return { ...module.script(), moduleSideEffects: false };
    },
    hotUpdate<M extends ModuleNode>(this: HotContext<M>, { file, modules }: HotChange<M>) {
      return affected(slashed(file), modules, this.environment.moduleGraph);
    },
    handleHotUpdate<M extends ModuleNode>({ file, modules, server }: HotChange<M> & WithServer<M>) {
      return affected(slashed(file), modules, server.moduleGraph);
    },
  };
}

export default capwire;

/** What is wrong with a schema as these tools show it: the first error with its place, the others in the message. */
function errorOf(module: SchemaModule, root: string): PluginError {
  const errors = module.diagnostics.filter((each) => each.severity === "error");
  const first = errors[0]!;
  const others = seenFrom(root, errors.slice(1)).map(formatDiagnostic);
  const [, frame] = formatDiagnostic(first).split(/\n(.*)/s);
  const more = others.length > 0 ? `\n\nand ${others.length} more:\n\n${others.join("\n\n")}` : "";
  return {
    message: `${first.message} [${first.kind}]${more}`,
    id: module.path,
    loc: { file: first.file, line: first.start.line, column: first.start.column },
    frame: frame ?? "",
    pluginCode: first.kind,
  };
}

/** Whether capwire is among the installed packages of a project, rather than linked to it. */
function isInstalledIn(root: string): boolean {
  try {
    return isInstalled(slashed(createRequire(join(root, "package.json")).resolve("capwire/package.json")));
  } catch {
    return false;
  }
}
