/** The vault as a process: `node vault-process.js FOLDER` prints the ports of alice and mallory. */

import { TwoPartyServer } from "../../src/node.js";
import { FileStore } from "../../src/vat/node/file-store.js";
import { makeRestorer, TestVault, Vault } from "./vault.js";

const restorer = makeRestorer(new FileStore(process.argv[2] as string));
const ports: number[] = [];
for (const owner of ["alice", "mallory"]) {
  const server = new TwoPartyServer(Vault, new TestVault(restorer, owner));
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  ports.push(port as number);
}
console.log(JSON.stringify(ports));
