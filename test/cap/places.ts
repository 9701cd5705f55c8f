/**
 * Where an object lives, seen from the story that calls it: in the same process, or behind a connection whose messages go
 * through bytes. What a capability does must not depend on it, so most stories are told at both places.
 */

import { afterEach, expect } from "vitest";
import type { Client, InterfaceType } from "../../src/cap/index.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient } from "../../src/vat/index.js";
import { settle } from "./objects.js";

export interface Place {
  readonly name: string;
  /** A client for `server`, which lives at this place. */
  serve<C extends Client, S extends object>(type: InterfaceType<C, S>, server: S): C;
}

const inProcess: Place = { name: "in the same process", serve: (type, server) => type.serve(server) };

const vats: TwoPartyClient[] = [];

const overConnection: Place = {
  name: "over a connection",
  serve(type, server) {
    const { left, right } = memoryTransportPair();
    const serving = new TwoPartyClient(right, { bootstrap: type.serve(server) });
    const client = new TwoPartyClient(left);
    vats.push(serving, client);
    return client.bootstrap(type);
  },
};

export const PLACES: readonly Place[] = [inProcess, overConnection];

/** After each test, no table may have an entry left: whatever was counted was given back. */
afterEach(async () => {
  await settle();
  const left = vats.flatMap((vat) => vat.dump());
  for (const vat of vats.splice(0)) vat.close();
  expect(left).toEqual([]);
});
