/** capwire/rpc: one connection between two vats, sans-I/O. Most programs want capwire/vat, which drives it over a transport. */

export { AdaptiveWindow } from "./adaptive-window.js";
export { Connection, type ConnectionOptions } from "./connection.js";
export type { TraceEncoder } from "./exception.js";
export { FixedWindow, FlowController, type FlowToken, type FlowWaiter } from "./flow.js";
export { type ConnectionLimits, DEFAULT_LIMITS } from "./limits.js";
export type { ConnectionStats, Observer, TableRow } from "./observe.js";
export { type Misbehaviour, ProtocolError } from "./protocol-error.js";
