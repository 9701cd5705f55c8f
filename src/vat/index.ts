/** `capwire/vat`: who talks to whom, on any platform. `capwire/node` adds connecting and listening. */

export type { Heartbeat, LivenessOptions } from "./liveness.js";
export { type Side, TwoPartyNetwork, type VatNetwork } from "./network.js";
export {
  autoReconnect,
  type Backoff,
  type Connect,
  lazyAutoReconnect,
  type Reconnecting,
  type ReconnectOptions,
  reconnecting,
} from "./reconnect.js";
export {
  MemoryStore,
  type Owner,
  type RestoreFunction,
  Restorer,
  type RestorerOptions,
  type SavedObject,
  type SturdyRefStore,
} from "./restorer.js";
export {
  type BootstrapOptions,
  DEFAULT_MAX_BACKLOG_BYTES,
  Session,
  type SessionLimits,
  type SessionOptions,
} from "./session.js";
export { TwoPartyClient, type TwoPartyClientOptions } from "./two-party-client.js";
export {
  type CloseOptions,
  DEFAULT_MAX_CONNECTIONS,
  TwoPartyServer,
  type TwoPartyServerOptions,
} from "./two-party-server.js";
