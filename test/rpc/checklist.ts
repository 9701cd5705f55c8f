/**
 * The cases of the C++ implementation's own suites for RPC and capabilities, by the numbers that headers of our tests refer to, and the tests
 * of ours that tell the same story ("file: title", or the beginning of a title; "cap/…" and the like name another folder than rpc).
 * checklist.test.ts checks that the tests exist. `without`: why we have none.
 */

export interface Case {
  readonly number: number;
  /** What C++ calls it. */
  readonly name: string;
  readonly tests: readonly string[];
  readonly without?: string;
}

const LEVEL_3 = "three vats: level 3, which is answered as unimplemented (hostile: level 3 and 4 messages)";
const MEMBRANE = "cap/membrane";
const POLICY = "cap/membrane-policy: has every capability wrapped: in a struct, in a list, in an AnyPointer";

type Row = readonly [name: string, ...tests: string[]];
const without = (name: string, why: string): Omit<Case, "number"> => ({ name, tests: [], without: why });

/** In C++'s order, which numbers them. */
const ROWS: readonly (Row | Omit<Case, "number">)[] = [
  // rpc-test.c++
  ["basics", "pipelining: three calls on a bootstrap nobody waited for"],
  ["pipelining", "pipelining: calls on a path through structs of future results arrive"],
  ["sendForPipeline()", "pipelining: a call for its pipeline only has an id without Return"],
  ["context.setPipeline", "pipelining: a pipeline set before the method returns serves calls"],
  ["release capability", "release: a returned capability lives as long as its client"],
  ["release capabilities when canceled during return", "release: capabilities in a Return that crosses"],
  ["tail call", "tail-call: the results of a call tail-called back to its caller never travel"],
  ["cancel tail call", "tail-call: cancelling the outer call cancels the callee"],
  ["tail call cancellation race", "tail-call: cancelling while the tail call is on its way"],
  [
    "cancellation",
    "release: cancelling a call releases",
    "cap/cancellation: after delivery aborts the method's signal",
  ],
  ["resolve promise", "resolve: calls made on a promise before it resolves are passed on"],
  ["retain and release", "release: an object the peer held and gives back is the caller's own"],
  ["cancel releases params", "release: cancelling a call releases the capabilities in its params"],
  ["send same cap twice", "release: one capability sent in two calls is one export with two references"],
  ["embargo", "embargo: calls through an echoed capability stay in order"],
  ["embargos block CapabilityServerSet", "reflection: is recognised as the local object only when calls made before"],
  [
    "RequireEmbargoWrapper shouldn't block unwrap (receiverHosted)",
    "reflection: is recognised after being reflected twice, as an export",
  ],
  [
    "RequireEmbargoWrapper shouldn't block unwrap (receiverAnswer)",
    "reflection: is recognised after being reflected twice, as a pipelined answer",
  ],
  [
    "RequireEmbargoWrapper has its intended effect",
    "reflection: a promise the peer echoes and we resolve",
    "embargo: Tribble: ",
  ],
  ["embargo error", "embargo: a promise that is rejected after its calls were embargoed"],
  ["don't embargo null capability", "embargo: a null capability is never embargoed"],
  [
    "call promise that later rejects",
    "embargo: calls on a promise the peer later rejects",
    "resolve: calls on a promise that is rejected",
  ],
  ["abort", "shutdown: a Return for a question nobody asked is answered by one Abort"],
  ["handles exceptions thrown during disconnect", "vat/broken-transport: that throws when it is closed"],
  ["loopback bootstrap()", "vat/loopback: of a vat's own side: its own bootstrap"],
  ["method throws exception", "errors: an exception arrives with its kind and reason, and without a trace"],
  ['no redundant "remote exception" prefix', "errors: an exception passed on by a vat between"],
  ["trace encoder", "errors: a trace leaves the vat only when its encoder gives one"],
  ["exception detail", "errors: details arrive unchanged"],
  ["disconnection exception retains details", "errors: an Abort with details fails calls in progress"],
  [
    "when send() throws, we don't leak exports",
    "vat/broken-transport: that throws when it sends",
    "release: a call refused for its size",
  ],
  ["export the same promise twice", "resolve: an unresolved promise sent twice is one export"],
  ["connections set idle when appropriate", "shutdown: it is idle before anything was asked"],
  ["clean connection shutdown", "shutdown: closing an idle one sends nothing and is no error"],
  without("basic three-party handoff", LEVEL_3),
  without("three-party handoff introduce to self", LEVEL_3),
  without("four-party handoff with forwarding", LEVEL_3),
  without("four-party handoff without forwarding", LEVEL_3),
  without("four-party handoff with forwarding through a reflected path", LEVEL_3),
  without("three-party handoff with embargos", LEVEL_3),
  ["AdaptiveFlowController blocks when full", "flow: of 256 KiB lets four messages of 64 KiB through"],
  ["AdaptiveFlowController unblocks after ack", "flow: lets the blocked sender go on"],
  ["AdaptiveFlowController grows during startup", "flow: grows during startup"],
  ["AdaptiveFlowController exits startup after plateau", "flow: leaves startup once"],
  [
    "AdaptiveFlowController converges to between one and two BDP",
    "flow: settles between once and twice the product",
    "flow-link: fills a long fat link",
  ],
  [
    "AdaptiveFlowController does not shrink when app-limited",
    "flow: does not shrink when its caller has little to send",
  ],
  ["AdaptiveFlowController shrinks when bandwidth drops", "flow: shrinks when the bandwidth drops"],
  ["AdaptiveFlowController never below 64 KiB", "flow: is never smaller than 64 KiB"],
  ["destroying AdaptiveFlowController with blocked senders", "flow: lets blocked senders go on when it is closed"],
  ["destroying WindowFlowController with blocked senders", "flow: lets blocked senders go on when it is closed"],
  // rpc-twoparty-test.c++
  ["Basic", "vat/two-party: a client calls, pipelines, passes objects and is called back"],
  [
    "Pipelining",
    "vat/two-party: a client learns that its server has gone",
    "shutdown: calls made afterwards fail with kind disconnected",
  ],
  ["Release", "release: what only the last message referred to is released without waiting"],
  ["Abort", "vat/hostile: tells a peer that sends garbage so with an Abort"],
  ["ConvenienceClasses", "vat/two-party: gives every connection the same object"],
  [
    "HugeMessage",
    "vat/hostile: gets a call too large for the peer refused at home",
    "limits: results larger than a peer accepts",
  ],
  ["BootstrapFactory", "vat/two-party: with a factory gives each connection its own object"],
  [
    "send FD over RPC",
    "file-descriptors: arrives in both directions and pipelined, with messages of every size",
    "transport/descriptors: <how> arrive in both directions and pipelined, with messages of every size",
    "interop/descriptors: gets a client's, and gives it some, pipelined too, with messages of every size",
  ],
  [
    "FD per message limit",
    "file-descriptors: is left out of a message that has its limit of them",
    "transport/descriptors: beyond the limit are dropped, and the rest work",
    "interop/descriptors: gets no more than the limit, of <ours> here and <theirs> there",
  ],
  ["Streaming over RPC", "streaming: are sent at once, and their callers go on until the window is full"],
  [
    "Streaming over a chain of local and remote promises",
    "streaming: come under flow control once a local promise turns out to be remote",
  ],
  [
    "Streaming then unwrap with CapabilitySet",
    "cap/server-set: is found again after the streaming calls made through that",
  ],
  [
    "promise cap resolves between starting request and sending it",
    "pipelining: a request begun before its promise resolved",
  ],
  ["write error propagates to read error", "vat/broken-transport: whose writes fail"],
  [
    "Streaming: no premature cancellation when client dropped",
    "streaming: are all delivered though the client is dropped",
  ],
  [
    "Dropping capability during call doesn't destroy server",
    "release: an object whose last reference goes while a call on it runs",
  ],
  ["Two-hop embargo", "embargo: an echo through a proxy keeps its calls in order", "reflection: an echo of "],
  ["Two-hop embargo, resolution never resolves", "shorten-path: and never says where it leads"],
  // capability-test.c++
  ["Basic", "cap/calls: run after the caller yields, in order"],
  ["CapabilityList", "cap/calls: carry lists of capabilities both ways"],
  ["Inheritance", "cap/calls: of inherited methods work through both interfaces"],
  ["Pipelining", "cap/pipelining: can be called before the call returns, through structs and groups"],
  ["KeepPipeline", "cap/pipelining: stays usable when the results were dropped, by dup"],
  ["context.setPipeline", "cap/pipelining: answers pipelined calls before the method returns"],
  ["TailCall", "cap/tail-call: gives the caller the other call's results, and its pipeline at once"],
  ["AsyncCancelation", "cap/cancellation: after delivery aborts the method's signal"],
  ["DynamicClient", "dynamic/capability: is a generated server called by a dynamic client"],
  ["DynamicClientInheritance", "dynamic/capability: is called by the name of a method whatever it was got as"],
  ["DynamicClientPipelining", "dynamic/capability: is pipelined on before the results are here"],
  ["DynamicClientPipelineAnyPointerCap", "cap/pipelining: can be a capability in an AnyPointer"],
  [
    "DynamicServer",
    "dynamic/capability: is a plain object behind a dynamic interface",
    "cap/disposal: may be released early by the method",
  ],
  ["DynamicServerInheritance", "dynamic/capability: is a plain object behind a dynamic interface"],
  ["DynamicServerPipelining", "dynamic/capability: is passed in params and results"],
  ["DynamicServerTailCall", "dynamic/capability: tail-calls another from a plain object"],
  [
    "AnyPointersAndOrphans",
    "cap/messages: move with an orphan",
    "cap/messages: are set, read, overwritten and cleared in an AnyPointer",
  ],
  ["Lists", "cap/messages: travel in lists, and in lists of lists"],
  ["KeywordMethods", "codegen/clients: fields that every object or promise has get an underscore"],
  ["Generics", "codegen/generics: interfaces are bound with the fields that hold them"],
  ["Generics2 (default AnyPointer)", "codegen/generics: has AnyPointers where nothing is bound"],
  ["ImplicitParams", "codegen/clients: come after those of a generic interface"],
  ["CapabilityServerSet", "cap/server-set: gives back its own objects", "cap/server-set: waits for a promise"],
  ["ThisCap", "cap/identity: stays alive as long as a client that it got from its context"],
  ["TransferCap", "cap/messages: stay what they are when a message is copied"],
  ["PromiseOfRemotePromise", "cap/pipelining: that becomes a capability still to be returned is that one"],
  ["PromiseOfRemotePromise, pipelined", "cap/pipelining: that becomes a capability still to be returned is that one"],
  [
    "clone() with caps",
    "cap/messages: stay what they are when a message is copied",
    "cap/disposal: keep the identity of capabilities",
  ],
  ["Streaming calls block subsequent calls", "cap/streaming: run one at a time"],
  ["Streaming calls can be canceled", "cap/streaming: are skipped when they were cancelled"],
  ["Streaming call throwing cascades", "cap/streaming: that fail make all later calls fail"],
  ["RevocableServer", "cap/facet: fails calls under way and later ones with the reason given"],
  ["Refcounted server", "cap/calls: is one capability however often it is passed"],
  // membrane-test.c++
  ["call local object inside membrane", `${MEMBRANE}: asks its policy about calls on what comes out`],
  ["call local promise inside membrane", `${MEMBRANE}: asks its policy about pipelined calls too`],
  [
    "call local resolved promise inside membrane",
    `${MEMBRANE}: asks its policy about calls on a promise before and after it resolves`,
  ],
  ["call local object outside membrane", `${MEMBRANE}: asks its policy about calls from inside on what was passed in`],
  ["local object loopback", `${MEMBRANE}: gives back the very capability that was passed in`],
  [
    "promise pointing into the membrane resolves to outside",
    `${MEMBRANE}: passes a promise in, which turns out to be something outside`,
  ],
  ["apply membrane using copyOutOfMembrane() on struct", POLICY],
  ["apply membrane using copyOutOfMembrane() on list", POLICY],
  ["apply membrane using copyOutOfMembrane() on AnyPointer", POLICY],
  [
    "MembraneHook::whenMoreResolved returns same value even when called concurrently",
    `${MEMBRANE}: tells everybody who waits for a promise of the same resolution`,
  ],
  ["call remote object inside membrane", `${MEMBRANE}: asks its policy about calls on what comes out`],
  ["call remote promise inside membrane", `${MEMBRANE}: asks its policy about pipelined calls too`],
  [
    "call remote resolved promise inside membrane",
    `${MEMBRANE}: asks its policy about calls on a promise before and after it resolves`,
  ],
  ["call remote object outside membrane", `${MEMBRANE}: asks its policy about calls from inside on what was passed in`],
  ["remote object loopback", `${MEMBRANE}: gives back the very capability that was passed in`],
  [
    "remote promise pointing into the membrane resolves to outside",
    `${MEMBRANE}: passes a promise in, which turns out to be something outside`,
  ],
  ["revoke membrane", `${MEMBRANE}: fails calls in both directions once it is revoked`],
  // reconnect-test.c++
  [
    "autoReconnect() direct call",
    "vat/reconnect: fails the call that meets the loss",
    "vat/reconnect: reconnects once for calls that fail together",
    "vat/reconnect: lets calls on the earlier generation end there",
  ],
  ["autoReconnect() through RPC", "vat/reconnect: works through another connection"],
  ["lazyAutoReconnect() direct call", "vat/reconnect: connects at once, or when first called if it is lazy"],
  ["lazyAutoReconnect() through RPC", "vat/reconnect: works through another connection"],
  [
    "lazyAutoReconnectWithController() direct call",
    "vat/reconnect: can be reset, and connects again when it is called",
  ],
  ["lazyAutoReconnectWithController() through RPC", "vat/reconnect: works through another connection"],
];

export const CASES: readonly Case[] = ROWS.map((row, index) => {
  if (!("length" in row)) return { number: index + 1, ...row };
  const [name, ...tests] = row;
  return { number: index + 1, name, tests };
});
