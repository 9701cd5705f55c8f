// How calls end: tail calls, cancellation, failures of every kind, early pipelines, streams.

#include <string.h>

#include <iostream>

#include "scenario.h"

namespace {

using interop::Callee;
using interop::Counter;
using interop::Interop;
using interop::Kind;
using interop::Listener;

void tailCallToUs(Stage& stage) {
  auto request = stage.interop.tailRequest();
  request.setCallee(kj::heap<CalleeObject>(*stage.ledger, "client"));
  request.setNumber(456);
  auto promise = request.send();
  auto sequence = promise.getSequence();
  kj::Vector<kj::Promise<uint32_t>> numbers;
  auto next = [&](uint32_t expected) {
    auto call = sequence.nextRequest();
    call.setExpected(expected);
    numbers.add(call.send().then([](auto&& response) { return response.getNumber(); }).eagerlyEvaluate(nullptr));
  };
  next(0);
  next(1);
  auto response = stage.wait(kj::mv(promise));
  KJ_ASSERT(response.getNumber() == 456);
  KJ_ASSERT(response.getBy() == "client");
  next(2);
  next(3);
  auto values = stage.wait(kj::joinPromises(numbers.releaseAsArray()));
  for (uint32_t i = 0; i < 4; i++) KJ_ASSERT(values[i] == i, i, values[i]);
}

void tailCallWithinTheServer(Stage& stage) {
  auto request = stage.interop.tailLocalRequest();
  request.setNumber(-3);
  auto promise = request.send();
  auto early = promise.getSequence().nextRequest().send();
  auto response = stage.wait(kj::mv(promise));
  KJ_ASSERT(response.getNumber() == -3);
  KJ_ASSERT(response.getBy() == "server");
  KJ_ASSERT(stage.wait(kj::mv(early)).getNumber() == 0);
  auto late = response.getSequence().nextRequest();
  late.setExpected(1);
  KJ_ASSERT(stage.wait(late.send()).getNumber() == 1);
}

void tailCallToAnObjectOfTheirs(Stage& stage) {
  auto request = stage.interop.tailRequest();
  // The server has no Callee to give away, so this one has no such method.
  request.setCallee(stage.newCounter().castAs<Callee>());
  auto exception = stage.failureOf(request.send());
  KJ_ASSERT(kindOf(exception) == Kind::UNIMPLEMENTED, exception);
}

void tailCallsAreFreed(Stage& stage) {
  {
    auto request = stage.interop.tailRequest();
    request.setCallee(kj::heap<CalleeObject>(*stage.ledger, "client"));
    auto response = stage.wait(request.send());
    KJ_ASSERT(stage.ledger->liveSequences == 1);
  }
  stage.until("our sequence is gone", [&]() { return stage.ledger->liveSequences == 0; });
}

void cancelledTailCall(Stage& stage) {
  auto request = stage.interop.tailRequest();
  request.setCallee(kj::heap<HangingCallee>(*stage.ledger));
  {
    auto promise = request.send();
    stage.until("our callee runs", [&]() { return stage.ledger->hanging == 1; });
  }
  stage.until("our callee was cancelled", [&]() { return stage.ledger->cancelled == 1; });
}

void cancelledCallback(Stage& stage) {
  auto request = stage.interop.relayRequest();
  request.setListener(kj::heap<HangingListener>(*stage.ledger));
  {
    auto promise = request.send();
    stage.until("our listener runs", [&]() { return stage.ledger->hanging == 1; });
  }
  stage.until("our listener was cancelled", [&]() { return stage.ledger->cancelled == 1; });
}

void cancelledCall(Stage& stage) {
  {
    auto request = stage.interop.hangRequest();
    request.setCounter(stage.counter());
    auto promise = request.send();
    KJ_ASSERT(stage.activity().getHanging() == 1);
    KJ_ASSERT(stage.ledger->liveCounters == 1);
  }
  stage.until("the call was cancelled", [&]() { return stage.activity().getCancelled() == 1; });
  KJ_ASSERT(stage.activity().getHanging() == 0);
  stage.until("the server gave our counter back", [&]() { return stage.ledger->liveCounters == 0; });
}

void cancelledReturn(Stage& stage) {
  for (uint32_t i = 0; i < 50; i++) {
    auto request = stage.interop.newCountersRequest();
    request.setCount(3);
    auto promise = request.send();
    if (i % 2) stage.activity();
  }
  stage.until("no counter is left", [&]() { return stage.activity().getLiveCounters() == 0; });
}

void failures(Stage& stage) {
  for (auto kind: {Kind::FAILED, Kind::OVERLOADED, Kind::DISCONNECTED, Kind::UNIMPLEMENTED}) {
    auto request = stage.interop.failRequest();
    request.setKind(kind);
    request.setReason("for a reason");
    auto promise = request.send();
    auto pipelined = promise.getCounter().addRequest().send();
    for (auto& exception: {stage.failureOf(kj::mv(promise)), stage.failureOf(kj::mv(pipelined))}) {
      KJ_ASSERT(kindOf(exception) == kind, exception);
      KJ_ASSERT(strstr(exception.getDescription().cStr(), "for a reason") != nullptr, exception);
    }
  }
  KJ_ASSERT(stage.add(stage.newCounter(1), 1) == 2, "the connection is still usable");
}

void callbackFailures(Stage& stage) {
  for (auto kind: {Kind::FAILED, Kind::OVERLOADED, Kind::UNIMPLEMENTED}) {
    Listener::Client listener =
        kj::heap<ListenerObject>(*stage.ledger, [kind](uint32_t) -> kj::Promise<void> { return makeException(kind, "our reason"); });
    auto request = stage.interop.relayRequest();
    request.setListener(listener);
    auto exception = stage.failureOf(request.send());
    KJ_ASSERT(kindOf(exception) == kind, exception);
    KJ_ASSERT(strstr(exception.getDescription().cStr(), "our reason") != nullptr, exception);
  }
}

void unknownMethods(Stage& stage) {
  auto exception = stage.failureOf(stage.interop.castAs<Counter>().addRequest().send());
  KJ_ASSERT(kindOf(exception) == Kind::UNIMPLEMENTED, exception);
  // A method number beyond the interface's last.
  auto request = capnp::Capability::Client(stage.interop).typelessRequest(capnp::typeId<Interop>(), 999, nullptr);
  KJ_ASSERT(kindOf(stage.failureOf(request.send())) == Kind::UNIMPLEMENTED);
}

void earlyPipeline(Stage& stage) {
  auto gate = kj::newPromiseAndFulfiller<void>();
  auto opened = gate.promise.fork();
  auto request = stage.interop.earlyRequest();
  request.setGate(kj::heap<ListenerObject>(*stage.ledger, [&](uint32_t) { return opened.addBranch(); }));
  auto promise = request.send();
  KJ_ASSERT(stage.add(promise.getCounter(), 1) == 101, "before the call returned");
  gate.fulfiller->fulfill();
  auto response = stage.wait(kj::mv(promise));
  KJ_ASSERT(stage.add(response.getCounter(), 1) == 102);
}

void stream(Stage& stage) {
  auto sink = stage.wait(stage.interop.newSinkRequest().send()).getSink();
  for (uint32_t i = 0; i < 100; i++) {
    auto request = sink.writeRequest();
    request.initBytes(4096);
    stage.wait(request.send());
  }
  auto done = stage.wait(sink.doneRequest().send());
  KJ_ASSERT(done.getByteCount() == 409600);
  KJ_ASSERT(done.getWrites() == 100);
}

kj::Promise<void> writeMany(interop::Sink::Client sink, uint32_t total, uint32_t& written) {
  if (written == total) return kj::READY_NOW;
  auto request = sink.writeRequest();
  request.initBytes(32 * 1024);
  return request.send().then([sink, total, &written]() mutable {
    ++written;
    return writeMany(kj::mv(sink), total, written);
  });
}

void heldBackStream(Stage& stage) {
  auto gate = kj::newPromiseAndFulfiller<void>();
  auto opened = gate.promise.fork();
  auto request = stage.interop.newGatedSinkRequest();
  request.setGate(kj::heap<ListenerObject>(*stage.ledger, [&](uint32_t) { return opened.addBranch(); }));
  auto sink = stage.wait(request.send()).getSink();
  const uint32_t total = 400;
  uint32_t written = 0;
  auto writing = writeMany(sink, total, written).eagerlyEvaluate(nullptr);
  stage.until("the first write waits", [&]() { return stage.ledger->heard == 1; });
  KJ_ASSERT(stage.settled(written) < total);
  gate.fulfiller->fulfill();
  stage.wait(kj::mv(writing));
  auto done = stage.wait(sink.doneRequest().send());
  KJ_ASSERT(done.getByteCount() == total * 32 * 1024);
  KJ_ASSERT(done.getWrites() == total);
}

void failedStream(Stage& stage) {
  auto sink = stage.wait(stage.interop.newSinkRequest().send()).getSink();
  auto bad = sink.writeRequest().send();
  auto exception = stage.failureOf(sink.doneRequest().send());
  KJ_ASSERT(kindOf(exception) == Kind::FAILED, exception);
}

// The connection must end while `hang` runs: whoever reads "hanging" ends it, or this program.
void hangForever(Stage& stage) {
  auto request = stage.interop.hangRequest();
  request.setCounter(stage.counter());
  auto running = request.send().ignoreResult().eagerlyEvaluate(nullptr);
  stage.until("the call runs", [&]() { return stage.activity().getHanging() == 1; });
  std::cout << "hanging" << std::endl;
  auto exception = stage.failureOf(kj::mv(running));
  KJ_ASSERT(kindOf(exception) == Kind::DISCONNECTED, exception);
}

// The server must end the connection when `hang` is called.
void serverLeaves(Stage& stage) {
  auto counter = stage.newCounter();
  auto running = stage.failureOf(stage.interop.hangRequest().send());
  KJ_ASSERT(kindOf(running) == Kind::DISCONNECTED, running);
  auto later = stage.failureOf(counter.addRequest().send());
  KJ_ASSERT(kindOf(later) == Kind::DISCONNECTED, later);
}

}  // namespace

void addCallScenarios(Scenarios& scenarios) {
  scenarios.add(Scenario{"a-tail-call-to-us-returns-here", tailCallToUs});
  scenarios.add(Scenario{"a-tail-call-within-the-server-returns", tailCallWithinTheServer});
  scenarios.add(Scenario{"a-tail-call-fails-like-its-callee", tailCallToAnObjectOfTheirs});
  scenarios.add(Scenario{"a-tail-calls-objects-are-freed", tailCallsAreFreed});
  scenarios.add(Scenario{"cancelling-reaches-the-tail-callee", cancelledTailCall});
  scenarios.add(Scenario{"cancelling-reaches-a-callback", cancelledCallback});
  scenarios.add(Scenario{"a-cancelled-call-ends-and-frees-its-params", cancelledCall});
  scenarios.add(Scenario{"cancelling-while-it-returns-leaks-nothing", cancelledReturn});
  scenarios.add(Scenario{"failures-keep-their-kind-and-reason", failures});
  scenarios.add(Scenario{"a-callbacks-failure-passes-through", callbackFailures});
  scenarios.add(Scenario{"unknown-methods-are-unimplemented", unknownMethods});
  scenarios.add(Scenario{"a-pipeline-set-early-works-before-the-return", earlyPipeline});
  scenarios.add(Scenario{"a-stream-of-writes-arrives", stream});
  scenarios.add(Scenario{"a-slow-sink-holds-the-stream-back", heldBackStream});
  scenarios.add(Scenario{"a-failed-write-fails-what-follows", failedStream});
  scenarios.add(Scenario{"a-server-that-leaves-breaks-its-calls", serverLeaves, true});
  scenarios.add(Scenario{"hang-forever", hangForever, true});
}
