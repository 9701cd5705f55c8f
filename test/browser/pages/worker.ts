/** The interop service in a worker, for the page that started it. */

import { TwoPartyServer } from "capwire";
import { type MessagePortLike, messagePortTransport } from "capwire/transport";
import { Interop } from "../../interop/interop.capnp.js";
import { InteropService } from "../../interop/service.js";

new TwoPartyServer(Interop, () => new InteropService()).accept(
  messagePortTransport(globalThis as unknown as MessagePortLike),
);
