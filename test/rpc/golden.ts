/**
 * What the C++ implementation (2.0-dev) sends in its own RPC tests, as facts of the protocol: per vat, in order, in the notation of line.ts without method numbers, hints
 * and reasons. A line that begins with "- " is sent by C++ only, or there; one with "+ " by us only, or here. Each difference has its reason.
 * Messages of two vats may interleave in more than one right way, and the last ones of a C++ test (an Abort) are left out. So are the tests whose
 * messages are written by hand, those where sending fails, and two whose vats meet in another order (tail-call.test.ts and
 * reflection.test.ts tell them).
 */

/** Why ours are not the same messages in the same order. All are allowed by rpc.capnp. */
const WHY = {
  finishAtReturn:
    "our Finish goes as soon as the Return is read, and what was pipelined resolved; C++ keeps the question as long as its pipeline is held",
  nothingToRelease: "whether a Finish releases results makes no difference where no results come",
  paramsBeforeReturn:
    "the params of a call are given back when its method has returned, before its Return; C++ after that",
  echoAtOnce:
    "the echo of a Disembargo leaves when the calls before it have left; C++ waits for a turn of its event loop",
  promiseReactions:
    "JavaScript runs the reactions of two promises in turns of their own, in which calls and Resolves leave",
  callsBeforeResolve: "calls that waited for a promise are passed on, or fail, before anybody hears of its resolution",
  givenBackBefore: "the promise has been given back by the time it is rejected, so that nobody is to be told",
  heldByTheStory:
    "it is given back when the story lets go of it, or when what refers to it ends, which is later or earlier in C++",
  noCallNoEmbargo:
    "a promise through which nobody has called needs no embargo; C++ embargoes what came back by another way",
  connectionEnds: "the C++ test ends with its connection",
} as const;

export interface Golden {
  /** The C++ test. */
  readonly name: string;
  readonly alice: readonly string[];
  readonly bob: readonly string[];
  readonly differences: readonly (typeof WHY)[keyof typeof WHY][];
}

/** Messages between bars or line breaks. */
function messages(text: string): string[] {
  return text.trim().split(/\s*[|\n]\s*/);
}

export const GOLDEN: readonly Golden[] = [
  {
    name: "basics",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | call q2 on q0 | call q3 on q0 | finish q0 | finish q2 | release 0 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results | return q2 exception unimplemented
      return q3 results`),
    differences: [],
  },
  {
    name: "pipelining",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0]
      call q3 on q2.1.0 | call q4 on q2.1.0 | finish q2 release results | finish q1 | return q0 results
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | call q0 on export 0
      return q2 canceled | release 0 × 1 | return q3 results | return q4 results`),
    differences: [],
  },
  {
    name: "sendForPipeline()",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2147483648 on q1.0 caps [senderHosted 0]
      call q2 on q2147483648.1.0 | call q3 on q2147483648.1.0 | - finish q2147483648
      + finish q2147483648 release results | finish q1 | return q0 results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | call q0 on export 0
      release 0 × 1 | return q2 results | return q3 results`),
    differences: [WHY.nothingToRelease],
  },
  {
    name: "context.setPipeline",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | call q3 on q2.0.0
      call q4 on q2.0.0 | finish q1 | finish q2 release results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q3 results
      return q4 results | + return q2 canceled`),
    differences: [WHY.connectionEnds],
  },
  {
    name: "release capability",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | finish q1 | finish q2
      call q0 on export 1 | + finish q0 | release 0 × 1 | - finish q0 | release 2 × 1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 results caps [senderHosted 0] | return q0 results caps [senderHosted 2]`),
    differences: [WHY.finishAtReturn],
  },
  {
    name: "release capabilities when canceled during return",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | finish q1 | call q0 on export 1
      finish q0 release results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q0 results caps [senderHosted 0]`),
    differences: [],
  },
  {
    name: "tail call",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0]
      call q3 on q2.1 | finish q1 | return q0 resultsSentElsewhere | disembargo senderLoopback m0 on q2.1
      finish q2 | return q1 resultsSentElsewhere | finish q3 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      call q0 on export 0 to yourself | return q2 take from q0 | + release 0 × 1 | call q1 on q0.1 to yourself
      return q3 take from q1 | - release 0 × 1 | - finish q1 | disembargo receiverLoopback m0 on q0.1 | finish q0
      + finish q1`),
    differences: [WHY.paramsBeforeReturn, WHY.echoAtOnce],
  },
  {
    name: "cancel tail call",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0] | finish q1
      return q0 resultsSentElsewhere | - finish q2 | + finish q2 release results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      call q0 on export 0 to yourself | return q2 take from q0 | release 0 × 1 | finish q0`),
    differences: [WHY.nothingToRelease],
  },
  {
    name: "cancellation",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0]
      finish q2 release results | finish q1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 canceled
      release 0 × 1`),
    differences: [],
  },
  {
    name: "resolve promise",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderPromise 0]
      call q3 on q1.0 caps [senderPromise 1] | call q4 on q1.0 | finish q1 | resolve e0 to senderHosted 2
      + return q0 results | resolve e1 to senderHosted 2 | return q0 results | - return q1 results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | call q0 on export 0
      return q4 results | release 0 × 1 | + release 2 × 1 | + return q2 results | release 1 × 1
      - call q1 on export 2 | + call q0 on export 2 | - return q2 results | + release 2 × 1 | return q3 results
      - release 2 × 2`),
    differences: [WHY.promiseReactions, WHY.paramsBeforeReturn],
  },
  {
    name: "retain and release",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0] | finish q1
      call q0 on export 1 | call q0 on export 1 | return q0 results | call q0 on export 1 | finish q0
      call q0 on export 1 caps [senderHosted 0] | return q0 results | call q0 on export 1 | call q0 on export 1
      call q0 on export 1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      return q0 results | call q0 on export 0 | return q0 results | return q0 results caps [receiverHosted 0]
      call q0 on export 0 | return q0 results | return q0 results | return q0 results | return q0 results
      release 0 × 2`),
    differences: [],
  },
  {
    name: "cancel releases params",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0]
      call q3 on q1.0 | finish q1 | call q0 on export 1 | finish q2 release results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q3 results
      return q0 results | return q2 canceled | release 0 × 1`),
    differences: [],
  },
  {
    name: "send same cap twice",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0] | finish q1
      return q0 results | call q0 on export 1 | call q0 on export 1 caps [senderHosted 0]
      call q1 on export 1 caps [senderHosted 0] | return q0 results | return q1 results | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | call q0 on export 0
      + release 0 × 1 | return q2 results | - release 0 × 1 | return q0 results | call q0 on export 0
      call q1 on export 0 | return q0 results | + release 0 × 2 | return q1 results | - release 0 × 2`),
    differences: [WHY.paramsBeforeReturn],
  },
  {
    name: "embargo",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0
      call q3 on q1.0 caps [senderHosted 0] | call q4 on q3.0 | call q5 on q3.0 | finish q1 | call q0 on q3.0
      disembargo senderLoopback m0 on q3.0 | + finish q3 | return q0 resultsSentElsewhere | finish q4
      return q1 resultsSentElsewhere | finish q5 | return q2 resultsSentElsewhere | finish q0 | - finish q3
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      return q3 results caps [receiverHosted 0] | call q0 on export 0 to yourself | return q4 take from q0
      call q1 on export 0 to yourself | return q5 take from q1 | call q2 on export 0 to yourself
      return q0 take from q2 | + disembargo receiverLoopback m0 on export 0 | + release 0 × 1 | finish q0
      finish q1 | finish q2 | - disembargo receiverLoopback m0 on export 0`),
    differences: [WHY.finishAtReturn, WHY.echoAtOnce, WHY.paramsBeforeReturn],
  },
  {
    name: "embargos block CapabilityServerSet",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0
      call q3 on q1.0 caps [senderHosted 0] | call q4 on q3.0 | call q5 on q3.0 | finish q1 | call q0 on q3.0
      disembargo senderLoopback m0 on q3.0 | + finish q3 | return q0 resultsSentElsewhere | finish q4
      return q1 resultsSentElsewhere | finish q5 | return q2 resultsSentElsewhere | finish q0 | - finish q3
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      return q3 results caps [receiverHosted 0] | call q0 on export 0 to yourself | return q4 take from q0
      call q1 on export 0 to yourself | return q5 take from q1 | call q2 on export 0 to yourself
      return q0 take from q2 | + disembargo receiverLoopback m0 on export 0 | + release 0 × 1 | finish q0
      finish q1 | finish q2 | - disembargo receiverLoopback m0 on export 0`),
    differences: [WHY.finishAtReturn, WHY.echoAtOnce, WHY.paramsBeforeReturn],
  },
  {
    name: "RequireEmbargoWrapper shouldn't block CapabilityServerSet unwrap (RECEIVER_ANSWER)",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderHosted 0]
      call q3 on q1.0 caps [receiverAnswer q2.0] | finish q1 | - disembargo senderLoopback m0 on q2.0
      + finish q2 | finish q3 | - finish q2 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 results caps [receiverHosted 0] | return q3 results caps [receiverHosted 0] | + release 0 × 1`),
    differences: [WHY.noCallNoEmbargo, WHY.heldByTheStory],
  },
  {
    name: "RequireEmbargoWrapper has its intended effect (RECEIVER_HOSTED)",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderPromise 0]
      resolve e0 to receiverAnswer q1.0 | call q3 on q2.0 | disembargo senderLoopback m0 on q2.0 | + finish q2
      call q0 on q1.0 | return q0 resultsSentElsewhere | - call q4 on q1.0 | finish q3 | + call q0 on q1.0
      - finish q2 | + finish q1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 results caps [receiverHosted 0] | - disembargo senderLoopback m0 on export 0
      call q0 on export 0 to yourself | return q3 take from q0 | disembargo receiverLoopback m0 on export 0
      + release 0 × 1 | return q0 results | finish q0 | - return q4 results | + return q0 results`),
    differences: [WHY.noCallNoEmbargo, WHY.finishAtReturn, WHY.paramsBeforeReturn],
  },
  {
    name: "embargo error",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0
      call q3 on q1.0 caps [senderPromise 0] | call q4 on q3.0 | call q5 on q3.0 | finish q1 | call q0 on q3.0
      disembargo senderLoopback m0 on q3.0 | - resolve e0 to exception | + finish q3
      return q0 resultsSentElsewhere | finish q4 | return q1 resultsSentElsewhere | finish q5
      return q2 resultsSentElsewhere | finish q0 | call q0 on export 1 | - finish q3 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      return q3 results caps [receiverHosted 0] | call q0 on export 0 to yourself | return q4 take from q0
      call q1 on export 0 to yourself | return q5 take from q1 | call q2 on export 0 to yourself
      return q0 take from q2 | + disembargo receiverLoopback m0 on export 0 | + release 0 × 1 | finish q0
      finish q1 | finish q2 | - disembargo receiverLoopback m0 on export 0 | return q0 results`),
    differences: [WHY.finishAtReturn, WHY.echoAtOnce, WHY.paramsBeforeReturn, WHY.givenBackBefore],
  },
  {
    name: "don't embargo null capability",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | call q3 on q2.0 | finish q1
      finish q3 | call q0 on export 1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      return q3 exception failed | return q0 results`),
    differences: [],
  },
  {
    name: "call promise that later rejects",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderPromise 0]
      finish q1 | call q0 on export 1 | + return q0 exception failed | resolve e0 to exception
      - return q0 exception failed | finish q0 | call q0 on export 1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q2 results
      call q0 on export 0 | - release 0 × 1 | finish q0 | return q0 exception failed | + release 0 × 1
      return q0 results`),
    differences: [WHY.callsBeforeResolve, WHY.heldByTheStory],
  },
  {
    name: "method throws exception",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | finish q1 | finish q2
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 exception failed`),
    differences: [],
  },
  {
    name: "method throws exception won't redundantly add remote exception prefix",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | finish q1 | finish q2
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 exception failed`),
    differences: [],
  },
  {
    name: "method throws exception with trace encoder",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | finish q1 | finish q2
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 exception failed`),
    differences: [],
  },
  {
    name: "method throws exception with detail",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 | finish q1 | finish q2
      release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q2 exception failed`),
    differences: [],
  },
  {
    name: "export the same promise twice",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | call q2 on q1.0 caps [senderPromise 0]
      finish q1 | call q0 on export 1 caps [senderPromise 0] | call q1 on export 1 caps [senderPromise 1]
      call q3 on export 1 caps [senderHosted 2] | call q4 on export 1 caps [senderHosted 2]
      call q5 on export 1 caps [senderHosted 3] | return q3 results | return q4 results | return q5 results
      finish q1 release results | finish q0 release results | finish q2 release results | release 1 × 1
      + return q0 exception failed | + return q1 exception failed | + resolve e0 to exception
      + return q2 exception failed | + resolve e1 to exception`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | call q0 on export 0
      call q1 on export 0 | call q2 on export 1 | call q3 on export 2 | call q4 on export 2 | call q5 on export 3
      return q3 results | + release 2 × 2 | return q4 results | - release 2 × 2 | + release 3 × 1
      return q5 results | + return q1 canceled | + return q0 canceled | + return q2 canceled | + finish q0
      + finish q1 | + release 0 × 2 | + finish q2 | - release 3 × 1 | + release 1 × 1`),
    differences: [WHY.paramsBeforeReturn, WHY.connectionEnds],
  },
  {
    name: "connections set idle when appropriate",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | finish q1 | release 1 × 1 | bootstrap q0
      call q1 on q0 | finish q0 release results | finish q1 | call q0 on export 1 | release 1 × 1
      finish q0 release results`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1] | return q0 canceled`),
    differences: [],
  },
  {
    name: "clean connection shutdown",
    alice: messages(`
      bootstrap q0 | call q1 on q0 | finish q0 release results | finish q1 | release 1 × 1`),
    bob: messages(`
      return q0 results caps [senderHosted 0] | return q1 results caps [senderHosted 1]`),
    differences: [],
  },
];
