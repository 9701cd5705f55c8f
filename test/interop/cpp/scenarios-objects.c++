// Capabilities as things that are passed, called, compared and let go.

#include "scenario.h"

namespace {

using interop::Counter;
using interop::Listener;
using interop::ResettableCounter;

void capabilityInResults(Stage& stage) {
  auto request = stage.interop.newCounterRequest();
  request.setStart(40);
  auto counter = stage.wait(request.send()).getCounter();
  KJ_ASSERT(stage.add(counter, 2) == 42);
  KJ_ASSERT(stage.add(counter, -2) == 40);
}

void inheritedMethods(Stage& stage) {
  auto counter = stage.newCounter(7).castAs<ResettableCounter>();
  KJ_ASSERT(stage.add(counter, 1) == 8);
  KJ_ASSERT(stage.wait(counter.resetRequest().send()).getTotal() == 8);
  KJ_ASSERT(stage.add(counter, 1) == 1);
}

void listOfCapabilitiesInResults(Stage& stage) {
  auto request = stage.interop.newCountersRequest();
  request.setCount(20);
  auto response = stage.wait(request.send());
  KJ_ASSERT(response.getCounters().size() == 20);
  for (uint32_t i = 0; i < 20; i++) KJ_ASSERT(stage.add(response.getCounters()[i], 100) == 100 + i);
}

void listOfCapabilitiesInParams(Stage& stage) {
  auto theirs = stage.newCounter(1000);
  auto ours = stage.counter(20);
  auto request = stage.interop.sumCountersRequest();
  auto counters = request.initCounters(5);
  counters.set(0, ours);
  counters.set(1, theirs);  // a promise of the server's own object
  counters.set(2, ours);    // the same capability twice
  counters.set(4, stage.counter(3));
  KJ_ASSERT(stage.wait(request.send()).getTotal() == 1043);
}

void pipelineThroughNestedFields(Stage& stage) {
  auto request = stage.interop.nestRequest();
  request.setDepth(4);
  auto promise = request.send();
  auto innermost = promise.getBox().getInner().getInner().getInner();
  auto typed = innermost.getContent().getCounter().addRequest();
  typed.setAmount(10);
  auto typedTotal = typed.send();
  KJ_ASSERT(stage.wait(kj::mv(typedTotal)).getTotal() == 13);
  auto response = stage.wait(kj::mv(promise));
  KJ_ASSERT(response.getBox().getInner().getContent().getLabel() == "box 1");
  auto untyped = response.getBox().getInner().getInner().getInner().getUntyped().getAs<Counter>();
  KJ_ASSERT(stage.add(untyped, 10) == 23);
}

void pipelineBeyondTheResults(Stage& stage) {
  auto request = stage.interop.nestRequest();
  request.setDepth(1);
  auto promise = request.send();
  auto call = promise.getBox().getInner().getInner().getContent().getCounter().addRequest();
  stage.failureOf(call.send());
  KJ_ASSERT(stage.add(stage.newCounter(5), 0) == 5);
}

void pipelineChain(Stage& stage) {
  auto counter = stage.newCounter(1);
  for (int64_t amount = 1; amount <= 5; amount++) {
    auto request = counter.nextRequest();
    request.setAmount(amount);
    counter = request.send().getCounter();
  }
  KJ_ASSERT(stage.add(counter, 0) == 16);
}

void deepPipeline(Stage& stage) {
  auto request = stage.interop.nestRequest();
  request.setDepth(30);
  auto promise = request.send();
  auto box = promise.getBox();
  for (uint32_t level = 1; level < 30; level++) box = box.getInner();
  KJ_ASSERT(stage.add(box.getContent().getCounter(), 1) == 30);
}

void longPipelineChain(Stage& stage) {
  auto counter = stage.newCounter(1);
  for (int64_t amount = 1; amount <= 100; amount++) {
    auto request = counter.nextRequest();
    request.setAmount(amount);
    counter = request.send().getCounter();
  }
  KJ_ASSERT(stage.add(counter, 0) == 5051);
}

void pipelinedCapabilityAsParameter(Stage& stage) {
  auto request = stage.interop.sumCountersRequest();
  auto counters = request.initCounters(2);
  counters.set(0, stage.newCounter(11));
  counters.set(1, stage.newCounter(31));
  KJ_ASSERT(stage.wait(request.send()).getTotal() == 42);
}

void nullCapability(Stage& stage) {
  auto response = stage.wait(stage.interop.nothingRequest().send());
  KJ_ASSERT(response.getIsNull());
  KJ_ASSERT(!response.hasCounter());
  auto request = stage.interop.nothingRequest();
  request.setCounter(stage.counter());
  KJ_ASSERT(!stage.wait(request.send()).getIsNull());
  stage.failureOf(response.getCounter().addRequest().send());
}

// The object that comes back is the one that went: the library finds our own server behind it.
void capabilityComesHome(Stage& stage) {
  capnp::CapabilityServerSet<Counter> ours;
  auto counter = ours.add(kj::heap<CounterObject>(*stage.ledger, 1));
  auto request = stage.interop.anythingRequest();
  request.getObject().setAs<Counter>(counter);
  auto response = stage.wait(request.send());
  auto back = response.getObject().getAs<Counter>();
  KJ_ASSERT(stage.wait(ours.getLocalServer(back)) != nullptr, "a foreign object came back");
}

void heldCapability(Stage& stage) {
  capnp::CapabilityServerSet<Counter> ours;
  auto counter = ours.add(kj::heap<CounterObject>(*stage.ledger, 5));
  auto hold = stage.interop.holdRequest();
  hold.setCounter(counter);
  stage.wait(hold.send());
  auto call = stage.interop.callHeldRequest();
  call.setAmount(3);
  KJ_ASSERT(stage.wait(call.send()).getTotal() == 8);
  {
    auto held = stage.wait(stage.interop.heldRequest().send()).getCounter();
    KJ_ASSERT(stage.wait(ours.getLocalServer(held)) != nullptr, "a foreign object came back");
  }
  counter = nullptr;
  stage.activity();
  KJ_ASSERT(stage.ledger->liveCounters == 1, "the server holds a reference");
  stage.wait(stage.interop.letGoRequest().send());
  stage.until("the server gave our object back", [&]() { return stage.ledger->liveCounters == 0; });
}

void callback(Stage& stage) {
  auto request = stage.interop.notifyRequest();
  request.setListener(stage.listener());
  request.setTimes(7);
  auto response = stage.wait(request.send());
  KJ_ASSERT(stage.ledger->heard == 7);
  KJ_ASSERT(response.getAnswers().size() == 7);
  KJ_ASSERT(response.getAnswers()[6] == "heard 6");
}

// While the server waits for our answer, we call the server and wait for its answer.
void callbackThatCallsBack(Stage& stage) {
  auto interop = stage.interop;
  Listener::Client listener = kj::heap<ListenerObject>(*stage.ledger, [interop](uint32_t) mutable -> kj::Promise<void> {
    auto request = interop.newCounterRequest();
    request.setStart(9);
    return request.send().getCounter().addRequest().send().then([](auto&& response) { KJ_ASSERT(response.getTotal() == 9); });
  });
  auto request = stage.interop.relayRequest();
  request.setListener(listener);
  auto response = stage.wait(request.send());
  KJ_ASSERT(response.getAnswer() == "heard 0");
}

kj::Promise<void> relayThroughServer(Stage& stage, uint32_t depth) {
  auto request = stage.interop.relayRequest();
  request.setListener(kj::heap<ListenerObject>(*stage.ledger, [&stage, depth](uint32_t) -> kj::Promise<void> {
    if (depth == 1) return kj::READY_NOW;
    return relayThroughServer(stage, depth - 1);
  }));
  return request.send().then([](auto&& response) { KJ_ASSERT(response.getAnswer() == "heard 0"); });
}

void nestedCallbacks(Stage& stage) {
  stage.wait(relayThroughServer(stage, 20));
  KJ_ASSERT(stage.ledger->heard == 20);
}

void releasesResults(Stage& stage) {
  {
    auto request = stage.interop.newCountersRequest();
    request.setCount(10);
    auto response = stage.wait(request.send());
    auto third = response.getCounters()[3];
    KJ_ASSERT(stage.activity().getLiveCounters() == 10);
    { auto dropped = kj::mv(response); }
    stage.until("nine counters are gone", [&]() { return stage.activity().getLiveCounters() == 1; });
    KJ_ASSERT(stage.add(third, 0) == 3);
  }
  stage.until("all counters are gone", [&]() { return stage.activity().getLiveCounters() == 0; });
}

void releasesOne(Stage& stage) {
  auto before = stage.activity().getLiveCounters();
  {
    auto counter = stage.newCounter(3);
    KJ_ASSERT(stage.add(counter, 1) == 4);
  }
  stage.until("the counter is gone", [&]() { return stage.activity().getLiveCounters() == before; });
}

void releasesParams(Stage& stage) {
  auto request = stage.interop.sumCountersRequest();
  auto counters = request.initCounters(3);
  for (uint32_t i = 0; i < 3; i++) counters.set(i, stage.counter(i));
  KJ_ASSERT(stage.wait(request.send()).getTotal() == 3);
  stage.until("the server gave our counters back", [&]() { return stage.ledger->liveCounters == 0; });
}

// One by one, not with the results they came in.
void releasesTenThousand(Stage& stage) {
  auto before = stage.activity().getLiveCounters();
  kj::Vector<Counter::Client> counters;
  {
    auto request = stage.interop.newCountersRequest();
    request.setCount(10000);
    auto response = stage.wait(request.send());
    for (auto counter: response.getCounters()) counters.add(counter);
  }
  for (uint32_t i: {0, 5000, 9999}) KJ_ASSERT(stage.add(counters[i], 1) == i + 1);
  KJ_ASSERT(stage.activity().getLiveCounters() == before + 10000);
  counters.clear();
  stage.until("all counters are gone", [&]() { return stage.activity().getLiveCounters() == before; });
}

void releasesTenThousandOfOurs(Stage& stage) {
  auto request = stage.interop.sumCountersRequest();
  auto counters = request.initCounters(10000);
  for (uint32_t i = 0; i < 10000; i++) counters.set(i, stage.counter(i));
  KJ_ASSERT(stage.wait(request.send()).getTotal() == 49995000);
  stage.until("the server gave our counters back", [&]() { return stage.ledger->liveCounters == 0; });
}

}  // namespace

void addObjectScenarios(Scenarios& scenarios) {
  scenarios.add(Scenario{"a-capability-in-results-is-called", capabilityInResults});
  scenarios.add(Scenario{"inherited-methods-are-called", inheritedMethods});
  scenarios.add(Scenario{"a-list-of-capabilities-is-returned", listOfCapabilitiesInResults});
  scenarios.add(Scenario{"a-list-of-capabilities-is-passed", listOfCapabilitiesInParams});
  scenarios.add(Scenario{"calls-are-pipelined-through-nested-fields", pipelineThroughNestedFields});
  scenarios.add(Scenario{"a-pipeline-beyond-the-results-fails-alone", pipelineBeyondTheResults});
  scenarios.add(Scenario{"calls-are-pipelined-in-a-chain", pipelineChain});
  scenarios.add(Scenario{"calls-are-pipelined-through-thirty-nested-fields", deepPipeline});
  scenarios.add(Scenario{"a-hundred-calls-are-pipelined-in-a-chain", longPipelineChain});
  scenarios.add(Scenario{"a-pipelined-capability-is-a-parameter", pipelinedCapabilityAsParameter});
  scenarios.add(Scenario{"a-null-capability-stays-null", nullCapability});
  scenarios.add(Scenario{"an-untyped-capability-comes-home", capabilityComesHome});
  scenarios.add(Scenario{"a-held-capability-is-called-and-comes-home", heldCapability});
  scenarios.add(Scenario{"a-callback-is-called", callback});
  scenarios.add(Scenario{"a-callback-calls-the-server", callbackThatCallsBack});
  scenarios.add(Scenario{"callbacks-nest-twenty-deep", nestedCallbacks});
  scenarios.add(Scenario{"dropped-results-free-the-servers-objects", releasesResults});
  scenarios.add(Scenario{"a-dropped-capability-frees-the-servers-object", releasesOne});
  scenarios.add(Scenario{"our-objects-are-freed-after-the-call", releasesParams});
  scenarios.add(Scenario{"ten-thousand-capabilities-are-released", releasesTenThousand});
  scenarios.add(Scenario{"ten-thousand-of-our-capabilities-are-released", releasesTenThousandOfOurs});
}
