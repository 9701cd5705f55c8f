/**
 * The delivery queue: application code (server methods, dispose hooks, abort listeners) runs only from here, never inside
 * a transition of a hook or a connection. One FIFO for the whole process, so that deliveries keep their order of arrival
 * whichever connection they came from.
 *
 * A vat drains it after each batch of messages. What is enqueued outside of one (a purely local call) is drained by a
 * microtask. A delivery that throws is reported to `onError` and does not stop the rest.
 */

/** Application code waiting to run. A class with a `deliver` method saves a closure on the hot path. */
export interface Delivery {
  deliver(): void;
}

export class TurnQueue {
  #queue: (Delivery | (() => void))[] = [];
  #next = 0;
  #draining = false;
  #scheduled = false;

  /** Hears of whatever a delivery, an observer or a transport being closed throws. A method's failure goes to its caller instead; what arrives here has nobody else to hear it. */
  onError: (error: unknown) => void = printError;

  /** How many deliveries wait. */
  get size(): number {
    return this.#queue.length - this.#next;
  }

  /** Adds a delivery behind all others. It runs at the next `drain`, at the latest in a microtask. */
  enqueue(delivery: Delivery | (() => void)): void {
    this.#queue.push(delivery);
    if (this.#draining || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#drainScheduled);
  }

  /** Runs deliveries, those they enqueue included, until none is left. Does nothing when called from a delivery. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    const queue = this.#queue;
    // Not a for-of: the queue grows while it runs.
    while (this.#next < queue.length) {
      const delivery = queue[this.#next++] as Delivery | (() => void);
      try {
        if (typeof delivery === "function") delivery();
        else delivery.deliver();
      } catch (error) {
        this.report(error);
      }
    }
    queue.length = 0;
    this.#next = 0;
    this.#draining = false;
  }

  readonly #drainScheduled = (): void => {
    this.#scheduled = false;
    this.drain();
  };

  /** Runs code of the application's in the middle of something that must go on whatever it throws, which `onError` hears; null then. */
  guard<T>(run: () => T): T | null {
    try {
      return run();
    } catch (error) {
      this.report(error);
      return null;
    }
  }

  /** Tells `onError`. */
  report(error: unknown): void {
    try {
      this.onError(error);
    } catch (secondError) {
      printError(secondError);
    }
  }
}

/** The queue of this process. */
export const turns = new TurnQueue();

function printError(error: unknown): void {
  console.error("capwire: uncaught error:", error);
}
