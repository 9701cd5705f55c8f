/** node:diagnostics_channel: what Node's client and server publish to whoever subscribes. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, expect, test } from "vitest";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { TestThing, Thing } from "../cap/domain.js";
import { settle } from "../cap/objects.js";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function listen(name: string): unknown[] {
  const heard: unknown[] = [];
  const listener = (message: unknown) => heard.push(message);
  subscribe(name, listener);
  stops.push(() => unsubscribe(name, listener));
  return heard;
}

test("calls, connections and messages are published to subscribers", async () => {
  const starts = listen("capwire:call:start");
  const ends = listen("capwire:call:end");
  const opens = listen("capwire:connection:open");
  const closes = listen("capwire:connection:close");
  const messages: string[] = [];
  const onMessage = (event: unknown) => {
    const { side, direction, message } = event as { side: string; direction: string; message: { which: string } };
    messages.push(`${side} ${direction} ${message.which}`);
  };
  subscribe("capwire:message", onMessage);
  stops.push(() => unsubscribe("capwire:message", onMessage));
  const server = new TwoPartyServer(Thing, () => new TestThing("there"));
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
  using thing = client.bootstrap(Thing);
  await thing.passThrough();
  client.close();
  await settle();
  await server.close();
  await settle();
  expect(starts).toMatchObject([
    { end: "client", interfaceName: "Thing", methodName: "passThrough", peer: `127.0.0.1:${port}` },
    { end: "server", interfaceName: "Thing", methodName: "passThrough" },
  ]);
  expect(ends).toMatchObject([
    { call: { end: "server" }, error: null },
    { call: { end: "client" }, error: null },
  ]);
  expect((ends[1] as { call: object }).call).toBe(starts[0]);
  expect(opens.map((note) => (note as { side: string }).side).sort()).toEqual(["client", "server"]);
  expect(closes.map((note) => (note as { side: string }).side).sort()).toEqual(["client", "server"]);
  expect(messages).toContain("client outgoing bootstrap");
  expect(messages).toContain("server incoming bootstrap");
  expect(messages).toContain("client incoming return");
});

test("nothing is published to nobody", async () => {
  const server = new TwoPartyServer(Thing, () => new TestThing("there"));
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  using client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
  using thing = client.bootstrap(Thing);
  await thing.passThrough();
  const late = listen("capwire:call:end");
  await settle();
  expect(late).toEqual([]);
  client.close();
  await server.close();
});
