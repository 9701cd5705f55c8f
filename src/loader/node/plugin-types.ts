/** Plugins of Vite, Rollup and Rolldown as far as ours goes: types that fit theirs, without depending on them. */

import type { SourceMap } from "../source-map.js";

/** An error that one of these tools shows with its place in the source. */
export interface PluginError {
  readonly message: string;
  readonly id: string;
  /** Line and column count from 1. */
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines of the source, with a marker. */
  readonly frame: string;
  readonly pluginCode: string;
}

/** `this` in `resolveId` and `load`. */
export interface LoadContext {
  resolve(source: string, importer: string, options: { readonly skipSelf: boolean }): Promise<{ id: string } | null>;
  addWatchFile(path: string): void;
  error(error: PluginError): never;
}

export interface ModuleNode {
  readonly importers: ReadonlySet<ModuleNode>;
}

export interface ModuleGraph<M> {
  getModulesByFile(file: string): Iterable<M> | undefined;
}

/** `this` in `hotUpdate`. */
export interface HotContext<M> {
  readonly environment: { readonly moduleGraph?: ModuleGraph<M> };
}

export interface HotChange<M> {
  readonly file: string;
  readonly modules: M[];
}

export interface WithServer<M> {
  readonly server: { readonly moduleGraph: ModuleGraph<M> };
}

export interface LoadedModule {
  readonly code: string;
  readonly map: SourceMap;
  readonly moduleSideEffects: boolean;
}

export interface CapwirePlugin {
  name: "capwire";
  config(config: { root?: string | undefined }): { optimizeDeps: { include: string[] } };
  configResolved(config: { readonly root: string }): void;
  resolveId(this: LoadContext, source: string, importer: string | undefined): Promise<{ id: string } | null>;
  load(this: LoadContext, id: string): LoadedModule | null;
  /** Vite 6 and later. */
  hotUpdate<M extends ModuleNode>(this: HotContext<M>, change: HotChange<M>): M[];
  /** Vite 5. */
  handleHotUpdate<M extends ModuleNode>(change: HotChange<M> & WithServer<M>): M[];
}
