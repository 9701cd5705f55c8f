/** The process that serves one RPC library's Service. Usage: server <library, as loadLibrary takes it> */

import { answerRequests } from "../answer-requests.js";
import { loadLibrary } from "./load-library.js";

const library = await loadLibrary(process.argv[2]!);
await answerRequests(await library.listen(), () => {
  throw new Error("a server is not asked for samples");
});
