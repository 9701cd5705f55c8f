/** A page that calls a calculator over a WebSocket, and lends it a function of its own. */

import { TwoPartyClient, WebSocketTransport } from "capwire";
import { Calculator } from "../../../examples/calculator/calculator.capnp.js";

export async function run(socket: WebSocket): Promise<number> {
  using client = new TwoPartyClient(new WebSocketTransport(socket));
  const calculator = client.bootstrap(Calculator);
  const square = { call: ({ params }: Calculator.Function.CallParams) => ({ value: params[0]! ** 2 }) };
  const expression = { call: { function: square, params: [{ literal: 12 }] } };
  const { value } = await calculator.evaluate({ expression }).value.read();
  return value;
}
