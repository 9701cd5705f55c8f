/**
 * Counts, from the messages of a connection, what a conversation cost: our calls, the peer's calls to us, and round trips.
 * A round trip begins whenever this side asks or answers something after having heard from the peer: only then can
 * what it says depend on what it heard. So the count is never too small. `--round-trip` of main.ts shows that it is not
 * too large either: over a link with that delay a step takes that many delays.
 */

import type { Observer } from "capwire/rpc";

export class RoundTrips implements Observer {
  /** Calls this side made. */
  calls = 0;
  /** Calls the peer made to objects of this side. */
  callbacks = 0;
  roundTrips = 0;
  #heardSomething = true;

  message: Observer["message"] = (direction, message) => {
    if (direction === "incoming") {
      this.#heardSomething = true;
      if (message.which === "call") this.callbacks++;
      return;
    }
    if (message.which === "call") this.calls++;
    // The rest (finish, release, …) is bookkeeping that nobody waits for.
    if (message.which !== "call" && message.which !== "bootstrap" && message.which !== "return") return;
    if (this.#heardSomething) this.roundTrips++;
    this.#heardSomething = false;
  };

  /** What was counted since the last time. */
  take(): { readonly calls: number; readonly callbacks: number; readonly roundTrips: number } {
    const { calls, callbacks, roundTrips } = this;
    this.calls = 0;
    this.callbacks = 0;
    this.roundTrips = 0;
    return { calls, callbacks, roundTrips };
  }
}
