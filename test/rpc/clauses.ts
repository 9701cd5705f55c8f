/**
 * Every field and choice of rpc.capnp, what it obliges us to, and the tests that hold us to it (as "file: title", or the beginning of a
 * title; what varies is in angle brackets). clauses.test.ts checks that the list is complete and that the tests exist.
 */

export interface Clause {
  readonly clause: string;
  /** `held`: implemented and tested. `declined`: answered as the specification allows those who don't implement it. `deferred`: to be implemented. `obsolete`: nobody sends it. */
  readonly status: "held" | "declined" | "deferred" | "obsolete";
  readonly tests: readonly string[];
}

const held = (clause: string, ...tests: string[]): Clause => ({ clause, status: "held", tests });
const declined = (clause: string, ...tests: string[]): Clause => ({ clause, status: "declined", tests });
const deferred = (clause: string, ...tests: string[]): Clause => ({ clause, status: "deferred", tests });
const obsolete = (clause: string, ...tests: string[]): Clause => ({ clause, status: "obsolete", tests });

const BASICS = "pipelining: three calls on a bootstrap nobody waited for";
const UNKNOWN = "hostile: a message of an unknown kind is echoed as unimplemented";
const LEVELS = "hostile: level 3 and 4 messages are echoed as unimplemented";
const OFFENCE = "hostile: <misbehaviour>: one Abort, empty tables, and nobody else notices";
const WRONG_ANSWER = "hostile: <misbehaviour>: the call in progress fails with it, once";
const CALLER_HINTS = "hints: is answered as it asked: ";
const CALLEE_HINTS = "hints: is finished and released as it said, with ";
const TAIL = "tail-call: the results of a call tail-called back to its caller never travel";
const ECHO = "embargo: calls through an echoed capability stay in order when later ones could go direct";
const TWICE = "resolve: an unresolved promise sent twice is one export, another promise another";
const OWN = "release: an object the peer held and gives back is the caller's own";
const DETAILS = "errors: details arrive unchanged";

export const CLAUSES: readonly Clause[] = [
  held(
    "Message.unimplemented",
    UNKNOWN,
    "resolve: a peer that does not implement Resolve gives back the capability in it",
    OFFENCE,
  ),
  held(
    "Message.abort",
    "hostile: an Abort ends the connection with the peer's reason",
    "shutdown: closing one in use tells the peer why",
  ),
  held("Message.bootstrap", BASICS, "errors: a vat without a bootstrap capability says so"),
  held("Message.call", BASICS),
  held("Message.return", BASICS),
  held("Message.finish", BASICS),
  held("Message.resolve", "resolve: calls made on a promise before it resolves are passed on"),
  held("Message.release", "release: a returned capability lives as long as its client"),
  held("Message.disembargo", ECHO),
  obsolete("Message.obsoleteSave", UNKNOWN),
  obsolete("Message.obsoleteDelete", UNKNOWN),
  deferred("Message.provide", LEVELS),
  deferred("Message.accept", LEVELS),
  deferred("Message.thirdPartyAnswer", LEVELS),
  declined("Message.join", LEVELS),

  held("Bootstrap.questionId", BASICS, OFFENCE),
  declined("Bootstrap.deprecatedObjectId", "descriptors: a Bootstrap that asks for an object by name is refused"),

  held("Call.questionId", BASICS, OFFENCE, "fuzz/found: an address told to the peer does not mean the next call"),
  held("Call.target", "pipelining: calls on a path through structs of future results arrive", OFFENCE),
  held("Call.interfaceId", "hostile: an interface nobody implements is answered unimplemented"),
  held("Call.methodId", BASICS),
  deferred("Call.allowThirdPartyTailCall"),
  held(
    "Call.noPromisePipelining",
    CALLER_HINTS,
    "hints: pipelining on a call that promised not to be pipelined on fails",
  ),
  held(
    "Call.onlyPromisePipeline",
    CALLER_HINTS,
    "pipelining: a call for its pipeline only has an id without Return",
    "hints: one that does not know onlyPromisePipeline and returns all the same",
  ),
  held("Call.params", "hints: null params and an empty cap table are a call with defaults"),
  held("Call.sendResultsTo.caller", BASICS),
  held("Call.sendResultsTo.yourself", TAIL, CALLER_HINTS, "hostile: results-for-tail-call: "),
  deferred("Call.sendResultsTo.thirdParty", OFFENCE),

  held("Return.answerId", BASICS, "hostile: duplicate-return: ", OFFENCE),
  held("Return.releaseParamCaps", CALLEE_HINTS),
  held("Return.noFinishNeeded", CALLEE_HINTS, "fuzz/found: an address told to the peer does not mean the next call"),
  held("Return.results", BASICS, "limits: results larger than a peer accepts become an exception"),
  held("Return.exception", "errors: an exception arrives with its kind and reason"),
  held("Return.canceled", "release: cancelling a call releases the capabilities in its params", WRONG_ANSWER),
  held("Return.resultsSentElsewhere", TAIL, WRONG_ANSWER),
  held(
    "Return.takeFromOtherQuestion",
    TAIL,
    WRONG_ANSWER,
    "tail-call: cancelling while the tail call is on its way cancels the callee too",
  ),
  deferred("Return.awaitFromThirdParty", WRONG_ANSWER),

  held("Finish.questionId", "hostile: a Finish for an unknown question is ignored"),
  held("Finish.releaseResultCaps", "release: capabilities in a Return that crosses the caller's Finish", CALLER_HINTS),
  held("Finish.requireEarlyCancellationWorkaround", "hints: in one batch with its Call, workaround "),

  held(
    "Resolve.promiseId",
    "resolve: a Resolve of a promise never heard of is received and dropped",
    "hostile: resolve-of-settled-import: ",
    WRONG_ANSWER,
    "fuzz/found: a promise that its host resolves to itself is broken",
  ),
  held("Resolve.cap", "resolve: calls made on a promise before it resolves are passed on", OFFENCE),
  held("Resolve.exception", "resolve: calls on a promise that is rejected fail with its reason"),

  held("Release.id", OFFENCE, "fuzz/found: a peer that gives back too many references of a result"),
  held(
    "Release.referenceCount",
    "release: one capability sent in two calls is one export with two references",
    OFFENCE,
  ),

  held("Disembargo.target", "reflection: a promise the peer echoes and we resolve to the peer's own object", OFFENCE),
  held(
    "Disembargo.context.senderLoopback",
    ECHO,
    "embargo: Tribble: calls keep to the way the peer was told",
    "embargo: a null capability is never embargoed",
    OFFENCE,
  ),
  held(
    "Disembargo.context.receiverLoopback",
    ECHO,
    "fuzz/found: calls through a tail-called result do not overtake",
    "shutdown: calls an embargo holds back fail when its echo can no longer come",
    OFFENCE,
  ),
  deferred("Disembargo.context.accept", OFFENCE),

  ...[
    "Provide.questionId",
    "Provide.target",
    "Provide.recipient",
    "Accept.questionId",
    "Accept.provision",
    "Accept.embargo",
    "ThirdPartyAnswer.completion",
    "ThirdPartyAnswer.answerId",
  ].map((clause) => deferred(clause, LEVELS)),
  ...["Join.questionId", "Join.target", "Join.keyPart"].map((clause) => declined(clause, LEVELS)),

  held("MessageTarget.importedCap", BASICS, OFFENCE),
  held(
    "MessageTarget.promisedAnswer",
    BASICS,
    "hostile: a call on a question that does not exist fails, and only that",
  ),

  held("Payload.content", "hints: null params and an empty cap table are a call with defaults"),
  held("Payload.capTable", "hints: a capability pointer beyond the cap table is null", OFFENCE),

  held("CapDescriptor.none", "pipelining: a path that leads through no struct is null"),
  held("CapDescriptor.senderHosted", "release: one capability sent in two calls is one export with two references"),
  held("CapDescriptor.senderPromise", TWICE),
  held("CapDescriptor.receiverHosted", OWN, "hints: a receiverHosted and a receiverAnswer that name nothing"),
  held(
    "CapDescriptor.receiverAnswer",
    "reflection: is recognised after being reflected twice, as a pipelined answer",
    "hints: a receiverHosted and a receiverAnswer that name nothing",
  ),
  declined(
    "CapDescriptor.thirdPartyHosted",
    "descriptors: an object hosted by a third party is reached through its vine",
  ),
  held(
    "CapDescriptor.attachedFd",
    "file-descriptors: arrives in both directions and pipelined, with messages of every size",
    "file-descriptors: is the first one, if the capability comes again with another",
    "file-descriptors: attaches a descriptor to <what>: it is closed",
    "descriptors: a file descriptor said to come with a capability is ignored",
  ),

  held("PromisedAnswer.questionId", "hints: a receiverHosted and a receiverAnswer that name nothing"),
  held("PromisedAnswer.transform", "descriptors: a path into a bootstrap capability, which is no struct"),
  held("PromisedAnswer.Op.noop", "descriptors: a path with noops is the path without them"),
  held(
    "PromisedAnswer.Op.getPointerField",
    "pipelining: calls on a path through structs of future results arrive",
    OFFENCE,
  ),

  deferred("ThirdPartyCapDescriptor.id"),
  held("ThirdPartyCapDescriptor.vineId", "descriptors: an object hosted by a third party is reached through its vine"),

  held("Exception.reason", "errors: an exception passed on by a vat between says only once that it is remote"),
  held("Exception.type", "errors: kind <kind> arrives as it was thrown"),
  obsolete("Exception.obsoleteIsCallersFault"),
  obsolete("Exception.obsoleteDurability"),
  held("Exception.trace", "errors: a trace leaves the vat only when its encoder gives one"),
  held("Exception.details", DETAILS, "errors: an Abort with details fails calls in progress with kind disconnected"),
  held("Exception.Detail.detailId", DETAILS),
  held("Exception.Detail.data", DETAILS),
];
