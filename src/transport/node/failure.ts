/** What Node says of sockets and certificates, in words that stand beside an address. */

import { CapwireError, UsageError } from "../../errors.js";
import { TransportError } from "../errors.js";

/** Why it failed: an AggregateError (every address of a host refused) has no message of its own, and OpenSSL's are for those who know its source. */
export function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join(", ");
  const { library, reason } = error as { library?: unknown; reason?: unknown };
  if (typeof library === "string" && typeof reason === "string") return `${reason} (${library})`;
  // Of a write the same comes as one text: "write EPROTO 80CC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…".
  const [, from, why] = /:error:[0-9A-F]+:([^:]+):[^:]*:([^:]+):/.exec(error.message) ?? [];
  return why === undefined ? error.message.trim() : `${why} (${from})`;
}

/**
 * What `open` resolves to. Rejects with capwire's own errors as they are, with UsageError `bad-address` for arguments that Node refuses, and
 * with a TransportError for the rest, `what` in front. The reason of `signal` is the user's.
 */
export async function naming<T>(what: string, open: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CapwireError || signal?.aborted) throw error;
    const { code } = error as { code?: unknown };
    const message = `${what}: ${reasonOf(error)}`;
    // Node and ws check their arguments with these; what the system says is an Error with a code.
    if (error instanceof SyntaxError) throw new UsageError("bad-address", message, { cause: error });
    if (typeof code !== "string") throw error;
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError("bad-address", message, { cause: error });
    throw new TransportError("failed", message, { cause: error });
  }
}
