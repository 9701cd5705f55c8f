/** The server process: `server.js [HOST:PORT]` serves a calculator until its standard input ends. Port 0, the default, takes a free one. */

import { TwoPartyServer } from "capwire/node";
import { Calculator } from "./calculator.capnp.js";
import { CalculatorService } from "./service.js";

const [host = "127.0.0.1", port] = (process.argv[2] ?? "127.0.0.1:0").split(":");
const server = new TwoPartyServer(Calculator, new CalculatorService());
const listener = await server.listen({ host, port: Number(port) });
console.log(`listening ${listener.address}`);

process.stdin.on("end", () => server.close()).resume();
