/**
 * A malicious vat: it listens well enough to name ids that exist, and says whatever comes to mind, in any order. Whatever it does may
 * cost its own connection, which it then opens anew, and nothing else.
 */

import type { Connection } from "../../src/rpc/connection.js";
import {
  type CapDescriptor,
  Message,
  type MessageTarget,
  type Payload,
  type PromisedAnswer,
} from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { PointerListBuilder } from "../../src/wire/pointer-list.js";
import { line } from "../rpc/line.js";
import { Node, Node$ActParams, Node$ActResults } from "../schemas/rpc-fuzz.capnp.js";
import { joined } from "./frames.js";
import { Random } from "./random.js";

export class EvilPeer {
  readonly #connect: () => Connection;
  #connection: Connection;
  #inbox: Uint8Array[] = [];
  /** Ids of objects the honest vat offered. */
  #offered: number[] = [];
  /** Questions of the honest vat. */
  #asked: number[] = [];
  #mine: number[] = [];
  #nextQuestion = 0;
  connections = 1;

  constructor(connect: () => Connection) {
    this.#connect = connect;
    this.#connection = connect();
  }

  get connection(): Connection {
    return this.#connection;
  }

  get hasWaiting(): boolean {
    return this.#inbox.length > 0;
  }

  flush(): void {
    const frames = this.#connection.takeOutgoing();
    for (const pieces of frames) this.#inbox.push(joined(pieces));
    this.#connection.recycle(frames);
  }

  /** Reads one message of the honest vat and remembers what it names. */
  takeOne(): void {
    const frame = this.#inbox.shift();
    if (!frame) return;
    const message = decodeFrame(frame).getRoot(Message);
    if (message.which === "bootstrap") this.#asked.push(message.bootstrap.questionId);
    if (message.which === "resolve" && message.resolve.which === "cap") this.#note(message.resolve.cap);
    if (message.which === "call") {
      this.#asked.push(message.call.questionId);
      for (const descriptor of message.call.params.capTable) this.#note(descriptor);
    }
    if (message.which === "return" && message.return.which === "results") {
      for (const descriptor of message.return.results.capTable) this.#note(descriptor);
    }
  }

  #note(descriptor: CapDescriptor.Reader): void {
    if (descriptor.which === "senderHosted") this.#offered.push(descriptor.senderHosted);
    if (descriptor.which === "senderPromise") this.#offered.push(descriptor.senderPromise);
  }

  /** Sends a message made from `seed`; returns it as a line. */
  send(seed: number): string {
    if (this.#connection.closedBy) this.#reconnect();
    const random = new Random(seed);
    const builder = new MessageBuilder();
    this.#fill(builder.initRoot(Message), random);
    const bytes = builder.toBytes();
    // Now and then a bit falls over.
    if (random.chance(0.03)) {
      const at = 8 + random.below(bytes.length - 8);
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    }
    const reader = decodeFrame(bytes);
    this.#connection.receive(reader);
    try {
      return line(decodeFrame(bytes).getRoot(Message));
    } catch {
      return "something malformed";
    }
  }

  close(): void {
    this.#connection.disconnect();
    this.#inbox.length = 0;
  }

  #reconnect(): void {
    this.#connection = this.#connect();
    this.connections++;
    this.#inbox = [];
    this.#offered = [];
    this.#asked = [];
    this.#mine = [];
    this.#nextQuestion = 0;
  }

  #fill(message: Message.Builder, random: Random): void {
    switch (random.weighted(KINDS)) {
      case "bootstrap":
        message.initBootstrap().questionId = this.#newQuestion(random);
        return;
      case "call": {
        const call = message.initCall();
        call.questionId = this.#newQuestion(random);
        call.interfaceId = Node.id;
        call.methodId = random.chance(0.9) ? 0 : random.below(3);
        this.#target(call.initTarget(), random);
        const params = call.initParams();
        // No call of the shadow graph has such a number.
        const number = 0x8000_0000 + random.below(1 << 30);
        const count = random.below(3);
        if (random.chance(0.9)) params.content.init(Node$ActParams).call = number;
        const content = params.content.as(Node$ActParams);
        const list = content.initCaps(count);
        if (list instanceof PointerListBuilder) {
          for (let index = 0; index < count; index++) {
            writePointer(list.segment.view, list.start + index * list.step, random.below(4));
          }
        }
        this.#capTable(params, random);
        if (random.chance(0.1)) call.sendResultsTo.yourself = null;
        if (random.chance(0.1)) call.onlyPromisePipeline = true;
        if (random.chance(0.1)) call.noPromisePipelining = true;
        return;
      }
      case "return": {
        const returned = message.initReturn();
        returned.answerId = this.#one(this.#asked, random, random.chance(0.97));
        returned.releaseParamCaps = random.chance(0.2);
        returned.noFinishNeeded = random.chance(0.2);
        switch (random.below(12)) {
          case 0:
            returned.canceled = null;
            return;
          case 1:
            returned.resultsSentElsewhere = null;
            return;
          case 2:
            returned.takeFromOtherQuestion = this.#one(this.#mine, random);
            return;
          case 3:
            returned.initException().reason = "as evil pleases";
            return;
          default: {
            const results = returned.initResults();
            if (random.chance(0.3)) {
              results.content.setCapability(null);
              writePointer(results.content.segment.view, results.content.at, random.below(3));
            } else {
              const content = results.content.init(Node$ActResults);
              writePointer(content.$segment.view, content.$pointers, random.below(3));
              const inner = content.initInner();
              writePointer(inner.$segment.view, inner.$pointers, random.below(3));
            }
            this.#capTable(results, random);
            return;
          }
        }
      }
      case "finish": {
        const finish = message.initFinish();
        finish.questionId = this.#one(this.#mine, random);
        finish.releaseResultCaps = random.chance(0.5);
        return;
      }
      case "resolve": {
        const resolve = message.initResolve();
        resolve.promiseId = PROMISES + random.below(8);
        if (random.chance(0.2)) resolve.initException().reason = "evil is not to be trusted";
        else this.#descriptor(resolve.initCap(), random);
        return;
      }
      case "release": {
        const release = message.initRelease();
        release.id = this.#one(this.#offered, random, random.chance(0.95));
        release.referenceCount = random.chance(0.9) ? 1 : random.below(4);
        return;
      }
      case "disembargo": {
        const disembargo = message.initDisembargo();
        this.#target(disembargo.initTarget(), random);
        if (random.chance(0.5)) disembargo.context.senderLoopback = random.below(4);
        else disembargo.context.receiverLoopback = random.below(2);
        return;
      }
      case "odd": {
        switch (random.below(8)) {
          case 0:
            message.initAbort().reason = "evil has seen enough";
            return;
          case 1:
            message.initUnimplemented().initResolve().initCap().senderHosted = random.below(4);
            return;
          case 2:
            message.initJoin().questionId = random.below(10);
            return;
          default:
            message.initProvide().questionId = random.below(10);
        }
      }
    }
  }

  #newQuestion(random: Random): number {
    const id = random.chance(0.98) ? this.#nextQuestion++ : random.below(4);
    this.#mine.push(id);
    return id;
  }

  /** One of `ids`; with `remove` it is not named again. A random one if there is none, or for no reason. */
  #one(ids: number[], random: Random, remove = false): number {
    if (ids.length === 0 || random.chance(0.02)) return random.below(6);
    const index = random.below(ids.length);
    return (remove ? ids.splice(index, 1)[0] : ids[index]) as number;
  }

  #target(target: MessageTarget.Builder, random: Random): void {
    if (random.chance(0.6)) target.importedCap = this.#one(this.#offered, random);
    else this.#answer(target.initPromisedAnswer(), random);
  }

  #answer(answer: PromisedAnswer.Builder, random: Random): void {
    answer.questionId = this.#one(this.#mine, random);
    const length = random.below(3);
    const transform = answer.initTransform(length);
    for (let index = 0; index < length; index++) {
      const op = transform.at(index);
      if (op && random.chance(0.9)) op.getPointerField = random.below(3);
    }
  }

  #capTable(payload: Payload.Builder, random: Random): void {
    const count = random.below(4);
    const table = payload.initCapTable(count);
    for (let index = 0; index < count; index++) {
      const descriptor = table.at(index);
      if (descriptor) this.#descriptor(descriptor, random);
    }
  }

  #descriptor(descriptor: CapDescriptor.Builder, random: Random): void {
    switch (random.below(6)) {
      case 0:
        descriptor.senderHosted = random.below(8);
        return;
      case 1:
        descriptor.senderPromise = PROMISES + random.below(8);
        return;
      case 2:
      case 3:
        descriptor.receiverHosted = this.#one(this.#offered, random);
        return;
      case 4:
        this.#answer(descriptor.initReceiverAnswer(), random);
        return;
      default:
        if (random.chance(0.8)) descriptor.none = null;
        else descriptor.initThirdPartyHosted().vineId = random.below(8);
    }
  }
}

/** Ids from here on are promises of ours, below are objects. */
const PROMISES = 8;

const KINDS = { bootstrap: 3, call: 20, return: 20, finish: 8, resolve: 8, release: 4, disembargo: 2, odd: 1 };

/** Writes a capability pointer to slot `index` of a cap table that is yet to come. */
function writePointer(view: DataView, at: number, index: number): void {
  view.setUint32(at, 3, true);
  view.setUint32(at + 4, index, true);
}
