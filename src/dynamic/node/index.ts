/** `capwire/dynamic/node`: everything of capwire/dynamic, and schemas from disk. */

export * from "../index.js";
export { type LoadFileOptions, load } from "./load.js";
