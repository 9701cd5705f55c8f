/** The process that serves one RPC library's Service. Usage: server <module exporting `library`> */

import { answerRequests } from "../answer-requests.js";
import type { RpcLibrary } from "./rpc-library.js";

const { library } = (await import(process.argv[2]!)) as { library: RpcLibrary };
await answerRequests(await library.listen(), () => {
  throw new Error("a server is not asked for samples");
});
