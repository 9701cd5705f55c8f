/**
 * ServerSet: gets back the object behind a Client, for objects of one's own. A membership test as much as an unwrapping: only
 * objects that this set served come back, so a peer cannot pass off another object of this process as one of them. Nor does what wraps one:
 * a membrane's or a facet's capability is no member.
 *
 *     const mine = new ServerSet<Greeter.Client, MyGreeter>(Greeter);
 *     using greeter = mine.serve(new MyGreeter());
 *     await mine.server(greeter); // the MyGreeter, also after it has been to a peer and back
 */

import { UsageError } from "../errors.js";
import type { Client } from "./client.js";
import { innermost } from "./hook.js";
import type { InterfaceType } from "./interface-type.js";
import { LocalHook } from "./local.js";

export class ServerSet<C extends Client, S extends object> {
  readonly #type: InterfaceType<C, S>;
  readonly #servers = new WeakSet<object>();

  constructor(type: InterfaceType<C, S>) {
    this.#type = type;
  }

  /** A Client for `server`, which is a member from now on. */
  serve(server: S): C {
    this.#servers.add(server);
    return this.#type.serve(server);
  }

  /**
   * The member behind `client`; null if it is no member's. Waits for a promise to resolve, and for embargoed and streaming
   * calls made before to be delivered: what was called through `client` so far has reached the object. Rejects as the
   * promise does.
   */
  async server(client: Client): Promise<S | null> {
    using kept = client.dup();
    for (;;) {
      const hook = innermost(kept.$hook);
      if (hook instanceof LocalHook && this.#servers.has(hook.server)) {
        await hook.idle();
        return hook.server as S;
      }
      if (!hook.isUnresolvedPromise) break;
      await new Promise<void>((resolve) => hook.whenResolved(() => resolve()));
    }
    // Rejects for a broken one.
    await kept.whenResolved();
    return null;
  }

  /** The member behind `client` if that is known now. Throws UsageError for a promise. Calls in the queue may not have been delivered. */
  serverNow(client: Client): S | null {
    const hook = innermost(client.$hook);
    if (hook instanceof LocalHook && this.#servers.has(hook.server)) return hook.server as S;
    if (hook.isUnresolvedPromise) throw new UsageError("unresolved-promise", "the capability is still a promise");
    return null;
  }
}
