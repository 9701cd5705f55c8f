/** Hostile peers: every way to break the protocol is answered by one Abort, and by nothing worse. */

import { afterEach, describe, expect, test } from "vitest";
import { turns } from "../../src/cap/turn.js";
import type { ImportId } from "../../src/rpc/ids.js";
import { receiveImport } from "../../src/rpc/import.js";
import type { PromiseHook } from "../../src/rpc/promise-hook.js";
import type { Misbehaviour } from "../../src/rpc/protocol-error.js";
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { Friend$TailParams } from "../schemas/rpc-stories.capnp.js";
import { Friend, type Sequence, serveFriend, TestFriend } from "./friend.js";
import { EMPTY, type End, pair, type Story, settled } from "./pair.js";

/** A frame of whatever `fill` writes, whether or not it makes sense. */
function frame(fill: (message: Message.Builder) => void): Uint8Array {
  const builder = new MessageBuilder();
  fill(builder.initRoot(Message));
  return builder.toBytes();
}

/** Overwrites the 16-bit value at `byte` of the root struct's data section, where rpc.capnp keeps Message's discriminant at 0. */
function frameWith16(byte: number, value: number, fill: (message: Message.Builder) => void): Uint8Array {
  const bytes = frame(fill);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(8 + 8 + byte, value, true);
  return bytes;
}

const bootstrap = (id: number) =>
  frame((message) => {
    message.initBootstrap().questionId = id;
  });

/** What the peer sends, after having bootstrapped under question 0 (export 0 is its friend). */
const OFFENCES: Record<Misbehaviour, readonly Uint8Array[]> = {
  "malformed-message": [new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0x70, 0, 0, 0, 0])],
  "duplicate-question": [bootstrap(0)],
  "call-on-unknown-export": [
    frame((message) => {
      const call = message.initCall();
      call.questionId = 1;
      call.initTarget().importedCap = 77;
    }),
  ],
  "unsupported-send-results-to": [
    frame((message) => {
      const call = message.initCall();
      call.questionId = 1;
      call.initTarget().importedCap = 0;
      call.sendResultsTo.thirdParty = new MessageBuilder().root;
    }),
  ],
  "unknown-message-target": [
    unknownUnion((message) => {
      const call = message.initCall();
      call.questionId = 1;
      return call.initTarget();
    }, 4),
  ],
  "unknown-pipeline-op": [
    unknownUnion((message) => {
      const call = message.initCall();
      call.questionId = 1;
      return call.initTarget().initPromisedAnswer().initTransform(1).at(0) as never;
    }, 0),
  ],
  "unknown-descriptor": [
    unknownUnion((message) => {
      const call = message.initCall();
      call.questionId = 1;
      call.initTarget().importedCap = 0;
      return call.initParams().initCapTable(1).at(0) as never;
    }, 0),
  ],
  "return-for-unknown-question": [
    frame((message) => {
      message.initReturn().answerId = 1234;
    }),
  ],
  "duplicate-return": [],
  "unknown-return": [],
  "results-for-tail-call": [],
  "unrequested-cancel": [],
  "results-elsewhere-not-requested": [],
  "take-from-unknown-answer": [],
  "resolve-of-settled-import": [],
  "resolve-of-non-promise": [],
  "unknown-resolution": [
    frame((message) => {
      message.initResolve().initCap().none = null;
    }),
  ],
  "release-of-unknown-export": [
    frame((message) => {
      message.initRelease().id = 5;
    }),
  ],
  "release-below-zero": [
    frame((message) => {
      const release = message.initRelease();
      release.id = 0;
      release.referenceCount = 2;
    }),
  ],
  "unknown-disembargo": [
    frame((message) => {
      const disembargo = message.initDisembargo();
      disembargo.initTarget().importedCap = 0;
      disembargo.context.accept = new Uint8Array(1);
    }),
  ],
  "disembargo-not-looped": [
    frame((message) => {
      const disembargo = message.initDisembargo();
      disembargo.initTarget().importedCap = 0;
      disembargo.context.senderLoopback = 0;
    }),
  ],
  "disembargo-of-unknown-embargo": [
    frame((message) => {
      const disembargo = message.initDisembargo();
      disembargo.initTarget().importedCap = 0;
      disembargo.context.receiverLoopback = 9;
    }),
  ],
  "required-message-unimplemented": [
    frame((message) => {
      message.initUnimplemented().initFinish().questionId = 3;
    }),
  ],
};

/** A frame in which the discriminant (at `byte` of its data section) of the struct that `fill` returns is one nobody knows. */
function unknownUnion(
  fill: (message: Message.Builder) => { $segment: { view: DataView }; $data: number },
  byte: number,
): Uint8Array {
  const builder = new MessageBuilder();
  const struct = fill(builder.initRoot(Message));
  struct.$segment.view.setUint16(struct.$data + byte, 999, true);
  return builder.toBytes();
}

const servers: Friend.Client[] = [];

/** What is not provoked by frames alone (empty in OFFENCES), and what has been so far. */
const untried = Object.entries(OFFENCES)
  .filter(([, frames]) => frames.length === 0)
  .map(([misbehaviour]) => misbehaviour);
const provoked = new Set<string>();

afterEach(() => {
  for (const server of servers.splice(0)) server[Symbol.dispose]();
});

/** Bob, whose peer is whatever frames say, and an innocent connection of the same vat beside it. */
async function scene() {
  const friend = serveFriend(new TestFriend());
  servers.push(friend);
  const { story, alice, bob } = pair({ bob: friend.$hook });
  const [carol, bystander] = story.link(
    { name: "carol" },
    { name: "bystander", bootstrap: () => friend.$hook.addRef() },
  );
  const other = Friend.client(carol.connection.bootstrap());
  await story.run();
  bob.inject(bootstrap(0));
  bob.receiveNext();
  return { story, alice, bob, carol, bystander, other };
}

/** What went back to the peer, as lines. */
function answers(alice: End): string[] {
  return alice.waiting;
}

describe("a peer that breaks the protocol", () => {
  for (const [misbehaviour, frames] of Object.entries(OFFENCES)) {
    if (frames.length === 0) continue; // provoked below, where a question of ours is needed
    test(`${misbehaviour}: one Abort, empty tables, and nobody else notices`, async () => {
      const { story, alice, bob, other } = await scene();
      for (const bytes of frames) {
        bob.inject(bytes);
        bob.connection.receive(decodeFrame(bytes));
      }
      turns.drain();
      story.settleAll();
      const sent = answers(alice);
      expect(sent.filter((text) => text.startsWith("abort: "))).toHaveLength(1);
      expect(sent.at(-1)).toContain("the peer broke the protocol");
      expect(bob.connection.closedBy).toMatchObject({ kind: "disconnected", cause: { code: misbehaviour } });
      expect(bob.connection.stats).toEqual(EMPTY);
      bob.connection.check();
      const alive = other.next({ expected: 0 });
      await settled();
      for (const end of story.ends.slice(2)) while (end.receiveNext() !== null);
      for (const end of story.ends.slice(2)) while (end.receiveNext() !== null);
      expect((await alive).number).toBe(0);
    });
  }
});

describe("a peer that answers wrongly", () => {
  /** Alice is ours, with one call in progress (question 1 on import 0); Bob's part is played by frames. */
  async function asking() {
    const friend = serveFriend(new TestFriend());
    servers.push(friend);
    const { story, alice, bob } = pair({ bob: friend.$hook });
    const client = Friend.client(alice.connection.bootstrap());
    await story.run();
    const outcome = Promise.allSettled([client.never({ cap: null })]);
    story.settleAll();
    return { story, alice, bob, client, outcome };
  }

  const returned = (fill: (builder: ReturnType<Message.Builder["initReturn"]>) => void) =>
    frame((message) => {
      const builder = message.initReturn();
      builder.answerId = 0;
      fill(builder);
    });

  const cases: [Misbehaviour, Uint8Array[]][] = [
    ["unrequested-cancel", [returned((builder) => (builder.canceled = null))]],
    ["results-elsewhere-not-requested", [returned((builder) => (builder.resultsSentElsewhere = null))]],
    ["take-from-unknown-answer", [returned((builder) => (builder.takeFromOtherQuestion = 12))]],
    ["unknown-return", [unknownUnion((message) => message.initReturn(), 6)]],
    [
      "return-for-unknown-question",
      [returned((builder) => builder.initException()), returned((builder) => builder.initException())],
    ],
    [
      "resolve-of-non-promise",
      [
        frame((message) => {
          const resolve = message.initResolve();
          resolve.promiseId = 0;
          resolve.initCap().senderHosted = 3;
        }),
      ],
    ],
  ];

  for (const [misbehaviour, frames] of cases) {
    test(`${misbehaviour}: the call in progress fails with it, once`, async () => {
      const { story, alice, bob, outcome } = await asking();
      for (const bytes of frames) alice.connection.receive(decodeFrame(bytes));
      await expectAbort(story, alice, bob, misbehaviour);
      expect((await outcome)[0]?.status).toBe("rejected");
    });
  }

  /** One Abort went to `bob`, and `alice` has nothing left. */
  async function expectAbort(story: Story, alice: End, bob: End, misbehaviour: Misbehaviour): Promise<void> {
    story.settleAll();
    expect(bob.waiting.filter((text) => text.startsWith("abort: "))).toHaveLength(1);
    expect(alice.connection.closedBy).toMatchObject({ kind: "disconnected", cause: { code: misbehaviour } });
    expect(alice.connection.stats).toEqual(EMPTY);
    alice.connection.check();
    await settled();
    provoked.add(misbehaviour);
  }

  test("duplicate-return: a second Return while the first one's results still need the question", async () => {
    const { story, alice, bob, client, outcome } = await asking();
    // Its path was given to the peer as a capability, so that the question stays until the peer lets go of that.
    const given = client.echo({ cap: null });
    const held = Promise.allSettled([client.hold({ cap: promised(given.cap) })]);
    story.settleAll();
    await settled();
    for (const again of [1, 2]) {
      expect(alice.connection.closedBy, `Return ${again}`).toBeNull();
      alice.connection.receive(
        decodeFrame(
          frame((message) => {
            const builder = message.initReturn();
            builder.answerId = 1;
            builder.initException().reason = "no";
          }),
        ),
      );
    }
    await expectAbort(story, alice, bob, "duplicate-return");
    expect((await outcome)[0]?.status).toBe("rejected");
    expect((await held)[0]?.status).toBe("rejected");
  });

  for (const kind of ["results", "exception"] as const) {
    test(`results-for-tail-call: ${kind} for a call whose results were to stay with the peer`, async () => {
      const server = new TestFriend();
      const friend = serveFriend(server);
      servers.push(friend);
      const { story, alice, bob } = pair({ bob: friend.$hook });
      // Alice is played by frames: she asks Bob's friend to tail-call the object she sends along.
      bob.inject(bootstrap(0));
      bob.receiveNext();
      bob.inject(
        frame((message) => {
          const call = message.initCall();
          call.questionId = 1;
          call.interfaceId = Friend.id;
          call.methodId = 8;
          call.initTarget().importedCap = 0;
          const params = call.initParams();
          const content = params.content.init(Friend$TailParams);
          content.$segment.view.setUint32(content.$pointers, 3, true);
          params.initCapTable(1).at(0)!.senderHosted = 5;
        }),
      );
      bob.receiveNext();
      expect(alice.waiting.slice(-3).join("; ")).toContain("to yourself");
      bob.connection.receive(
        decodeFrame(
          returned((builder) => {
            if (kind === "results") builder.initResults();
            else builder.initException();
          }),
        ),
      );
      await expectAbort(story, bob, alice, "results-for-tail-call");
    });
  }

  test("resolve-of-settled-import: a promise that is resolved twice", async () => {
    const { story, alice, bob } = await asking();
    const promise = receiveImport(alice.connection, 30 as ImportId, true);
    // Somebody was told of the promise's address, which therefore stays although the promise has been resolved.
    const address = (promise as PromiseHook).address?.addRef();
    for (const again of [1, 2]) {
      expect(alice.connection.closedBy, `Resolve ${again}`).toBeNull();
      alice.connection.receive(
        decodeFrame(
          frame((message) => {
            const resolve = message.initResolve();
            resolve.promiseId = 30;
            resolve.initException().reason = "rejected";
          }),
        ),
      );
    }
    promise.release();
    address?.release();
    await expectAbort(story, alice, bob, "resolve-of-settled-import");
  });

  test("every way to break the protocol has been tried", () => {
    const tried = new Set([...untried].filter((misbehaviour) => !provoked.has(misbehaviour)));
    expect([...tried]).toEqual([]);
  });
});

/** A promise of ours that becomes `client`: what is given to the peer for it later is an export. */
function promised(client: Sequence.Client): Promise<Sequence.Client> {
  return Promise.resolve(client);
}

describe("a peer that is merely odd", () => {
  test("a Finish for an unknown question is ignored", async () => {
    const { bob, alice } = await scene();
    const before = alice.waiting.length;
    bob.connection.receive(
      decodeFrame(
        frame((message) => {
          message.initFinish().questionId = 99;
        }),
      ),
    );
    expect(bob.connection.closedBy).toBeNull();
    expect(alice.waiting).toHaveLength(before);
  });

  test("a message of an unknown kind is echoed as unimplemented", async () => {
    const { bob, alice } = await scene();
    bob.connection.receive(decodeFrame(frameWith16(0, 4711, (message) => (message.initFinish().questionId = 5))));
    expect(bob.connection.closedBy).toBeNull();
    expect(alice.waiting.at(-1)).toBe("unimplemented (4711)");
  });

  test("level 3 and 4 messages are echoed as unimplemented", async () => {
    const { bob, alice } = await scene();
    const frames = [
      frame((message) => (message.initProvide().questionId = 5)),
      frame((message) => (message.initAccept().questionId = 6)),
      frame((message) => (message.initJoin().questionId = 7)),
      frame((message) => (message.initThirdPartyAnswer().answerId = 8)),
    ];
    for (const bytes of frames) bob.connection.receive(decodeFrame(bytes));
    expect(bob.connection.closedBy).toBeNull();
    expect(alice.waiting.slice(-4)).toEqual(
      ["provide", "accept", "join", "thirdPartyAnswer"].map((kind) => `unimplemented (${kind})`),
    );
  });

  test("a call on a question that does not exist fails, and only that", async () => {
    const { story, bob, alice } = await scene();
    bob.connection.receive(
      decodeFrame(
        frame((message) => {
          const call = message.initCall();
          call.questionId = 1;
          call.initTarget().initPromisedAnswer().questionId = 44;
        }),
      ),
    );
    story.settleAll();
    expect(bob.connection.closedBy).toBeNull();
    expect(alice.waiting.at(-1)).toMatch(/^return q1 exception failed: promisedAnswer names question 44/);
  });

  test("an interface nobody implements is answered unimplemented, by name", async () => {
    const { story, bob, alice } = await scene();
    bob.connection.receive(
      decodeFrame(
        frame((message) => {
          const call = message.initCall();
          call.questionId = 1;
          call.interfaceId = 0x1234n;
          call.initTarget().importedCap = 0;
        }),
      ),
    );
    story.settleAll();
    expect(alice.waiting.at(-1)).toMatch(/^return q1 exception unimplemented: .*1234/);
  });

  test("an Abort ends the connection with the peer's reason", async () => {
    const { bob } = await scene();
    bob.connection.receive(
      decodeFrame(
        frame((message) => {
          const abort = message.initAbort();
          abort.reason = "tired of this";
          abort.type = "overloaded";
        }),
      ),
    );
    expect(bob.connection.closedBy).toMatchObject({ kind: "disconnected" });
    expect(bob.connection.closedBy?.message).toContain("tired of this");
    expect(bob.connection.stats).toEqual(EMPTY);
  });

  test("truncated and random messages never throw out of receive", async () => {
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    const valid = frame((message) => {
      const call = message.initCall();
      call.questionId = 1;
      call.initTarget().importedCap = 0;
      call.initParams().initCapTable(3);
    });
    for (let round = 0; round < 300; round++) {
      const { bob, story } = await scene();
      const bytes = valid.slice();
      for (let flips = 1 + Math.floor(random() * 6); flips > 0; flips--) {
        const at = 8 + Math.floor(random() * (bytes.length - 8));
        bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      }
      bob.connection.receive(decodeFrame(bytes));
      story.settleAll();
      bob.connection.check();
    }
  });
});
