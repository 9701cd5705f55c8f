/** The library that a process of the RPC benches is told to run. */

import type { RpcLibrary } from "./rpc-library.js";

/** `name` is a module exporting `library`, or `<module>#<variant>` for one of a module exporting `variants`. */
export async function loadLibrary(name: string): Promise<RpcLibrary> {
  const [path = "", variant] = name.split("#");
  const module = (await import(path)) as { library?: RpcLibrary; variants?: Readonly<Record<string, RpcLibrary>> };
  const library = variant === undefined ? module.library : module.variants?.[variant];
  if (!library) throw new Error(`${name} is no library`);
  return library;
}
