/** A Node Writable as a sink for messages. */

import type { Writable } from "node:stream";
import type { ByteSink } from "../write.js";

/** `write` waits for "drain" when the stream's buffer is full; the stream's errors reject whatever is waited for. */
export function writableSink(writable: Writable): ByteSink {
  let failure: Error | null = null;
  writable.on("error", (error) => {
    failure = error;
  });
  return {
    write(bytes) {
      if (failure) throw failure;
      if (writable.write(bytes)) return;
      return settled(writable, "drain");
    },
    close() {
      if (failure) throw failure;
      const done = settled(writable, "finish");
      writable.end();
      return done;
    },
    abort(reason) {
      writable.destroy(reason instanceof Error ? reason : undefined);
    },
  };
}

/** Resolves at `event`; rejects if the stream fails or is closed before. */
function settled(writable: Writable, event: "drain" | "finish"): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEvent = () => end(resolve);
    const onError = (error: Error) => end(() => reject(error));
    const onClose = () =>
      end(() => reject(writable.errored ?? new Error("The stream was closed before all was written")));
    function end(action: () => void): void {
      writable.off(event, onEvent).off("error", onError).off("close", onClose);
      action();
    }
    writable.on(event, onEvent).on("error", onError).on("close", onClose);
  });
}
