/** What a caller hears of a failure (checklist 26–30), and targets that break their own rules. */

import { describe, expect, test } from "vitest";
import { CapabilityHook } from "../../src/cap/hook.js";
import type { RpcError } from "../../src/cap/rpc-error.js";
import { RpcError as Failure } from "../../src/cap/rpc-error.js";
import { acquainted, say } from "./acquainted.js";
import { Friend, serveFriend, TestFriend } from "./friend.js";
import { Story } from "./pair.js";

/** What `promise` is rejected with. */
async function failure(promise: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await promise;
  } catch (error) {
    return error as RpcError;
  }
  throw new Error("it did not fail");
}

class Throwing extends TestFriend {
  readonly #error: unknown;

  constructor(error: unknown) {
    super();
    this.#error = error;
  }

  override fail(): Friend.FailResults.Init {
    throw this.#error;
  }
}

/** How Bob's `error` reaches Alice. */
async function thrown(error: unknown, bob: Parameters<typeof acquainted>[0] = {}): Promise<RpcError> {
  const { story, friend, end } = await acquainted({ server: new Throwing(error), ...bob });
  const failed = failure(friend.fail({ reason: "" }));
  await story.run();
  const heard = await failed;
  await end();
  return heard;
}

describe("errors", () => {
  test("an exception arrives with its kind and reason, and without a trace", async () => {
    const heard = await thrown(Failure.failed("test exception"));
    expect(heard).toMatchObject({ kind: "failed", fromPeer: true, remoteTrace: undefined });
    expect(heard.message).toContain("test exception");
    expect(heard.message).toContain("Friend.fail");
  });

  for (const kind of ["failed", "overloaded", "disconnected", "unimplemented"] as const) {
    test(`kind ${kind} arrives as it was thrown`, async () => {
      expect(await thrown(new Failure(kind, "why"))).toMatchObject({ kind });
    });
  }

  test("whatever else a server throws is of kind failed", async () => {
    expect(await thrown("just text")).toMatchObject({ kind: "failed" });
    expect(await thrown(new TypeError("a defect"))).toMatchObject({ kind: "failed" });
    expect(await thrown(undefined)).toMatchObject({ kind: "failed" });
  });

  test("a trace leaves the vat only when its encoder gives one", async () => {
    const heard = await thrown(Failure.failed("test exception"), {
      bob: { encodeTrace: (error) => `trace of ${error.reason}` },
    });
    expect(heard.remoteTrace).toBe("trace of test exception");
  });

  test("details arrive unchanged", async () => {
    const data = new Uint8Array([1, 2, 3, 4]);
    const heard = await thrown(Failure.failed("with details", { details: [{ id: 0x1234_5678_9abcn, data }] }));
    expect(heard.details).toEqual([{ id: 0x1234_5678_9abcn, data }]);
  });

  test("an exception passed on by a vat between says only once that it is remote", async () => {
    const story = new Story();
    using carol = serveFriend(new Throwing(Failure.failed("test exception")));
    const [bobToCarol] = story.link({ name: "bob" }, { name: "carol", bootstrap: () => carol.$hook.addRef() });
    const proxied = bobToCarol.connection.bootstrap();
    const [alice] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => proxied.addRef() });
    const friend = Friend.client(alice.connection.bootstrap());
    const failed = failure(friend.fail({ reason: "" }));
    await story.run();
    const heard = await failed;
    expect(heard.message.match(/remote exception/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(heard.message).toContain("test exception");
    friend[Symbol.dispose]();
    proxied.release();
    await story.finish();
  });

  test("an Abort with details fails calls in progress with kind disconnected and these details", async () => {
    const { story, alice, friend, end } = await acquainted();
    const failed = failure(friend.never({ cap: null }));
    story.settleAll();
    say(alice.connection, (message) => {
      const abort = message.initAbort();
      abort.reason = "something went wrong";
      abort.type = "failed";
      abort.details = [{ detailId: 7n, data: new Uint8Array([9]) }];
    });
    const heard = await failed;
    expect(heard).toMatchObject({ kind: "disconnected", details: [{ id: 7n, data: new Uint8Array([9]) }] });
    expect(heard.message).toContain("something went wrong");
    void end;
  });

  test("a target that throws instead of failing its call fails that call only", async () => {
    class Defective extends CapabilityHook {
      newCall(): never {
        throw new Error("not called here");
      }
      call(): never {
        throw new Error("a defect in the target");
      }
      protected dispose(): void {}
    }
    const story = new Story();
    const [alice, bob] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => new Defective() });
    const friend = Friend.client(alice.connection.bootstrap());
    const failed = failure(friend.next({ expected: 0 }));
    await story.run();
    expect((await failed).message).toContain("a defect in the target");
    expect(bob.connection.closedBy).toBeNull();
    friend[Symbol.dispose]();
    await story.finish();
  });

  test("a vat without a bootstrap capability says so", async () => {
    const story = new Story();
    const [alice] = story.link({ name: "alice" }, { name: "bob" });
    const friend = Friend.client(alice.connection.bootstrap());
    const failed = failure(friend.next({ expected: 0 }));
    await story.run();
    expect((await failed).message).toContain("no bootstrap capability");
    friend[Symbol.dispose]();
    await story.finish();
  });
});
