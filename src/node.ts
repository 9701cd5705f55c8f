/** `capwire/node`: what a Node program needs to serve and to call: the two-party client and server, and Node's transports. */

export * from "./transport/node/index.js";
export { FileStore, StoreError } from "./vat/node/file-store.js";
export {
  type ConnectClientOptions,
  TwoPartyClient,
  TwoPartyServer,
} from "./vat/node/two-party.js";
