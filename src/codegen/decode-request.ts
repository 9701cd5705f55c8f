/** Requests as plugins read them from standard input. The decoding is the schema layer's, which reads the same at run time. */

export { decodeRequest } from "../schema/decode-request.js";
