// interop-server ADDRESS: serves interop.capnp's Interop until standard input ends. See endpoint.h for addresses.

#include <kj/debug.h>

#include <iostream>

#include "endpoint.h"
#include "objects.h"

namespace {

using interop::Counter;
using interop::Interop;
using interop::Sequence;

class InteropObject final: public Interop::Server {
public:
  // Values

  kj::Promise<void> echo(EchoContext context) override {
    auto blob = context.getParams().getBlob();
    context.getResults(capnp::MessageSize{blob.size() / 8 + 16, 0}).setBlob(blob);
    return kj::READY_NOW;
  }

  kj::Promise<void> echoValues(EchoValuesContext context) override {
    context.getResults().setValues(context.getParams().getValues());
    return kj::READY_NOW;
  }

  kj::Promise<void> tree(TreeContext context) override {
    auto params = context.getParams();
    growTree(context.getResults().initRoot(), kj::str("0"), params.getDepth(), params.getFanOut());
    return kj::READY_NOW;
  }

  // Objects

  kj::Promise<void> newCounter(NewCounterContext context) override {
    context.getResults().setCounter(makeCounter(context.getParams().getStart()));
    return kj::READY_NOW;
  }

  kj::Promise<void> newCounters(NewCountersContext context) override {
    auto counters = context.getResults().initCounters(context.getParams().getCount());
    for (uint32_t i = 0; i < counters.size(); i++) counters.set(i, makeCounter(i));
    return kj::READY_NOW;
  }

  kj::Promise<void> sumCounters(SumCountersContext context) override {
    kj::Vector<kj::Promise<int64_t>> totals;
    auto counters = context.getParams().getCounters();
    for (auto counter: counters) {
      if (capnp::ClientHook::from(kj::cp(counter))->isNull()) continue;
      totals.add(counter.addRequest().send().then([](auto&& response) { return response.getTotal(); }));
    }
    return kj::joinPromises(totals.releaseAsArray()).then([context](kj::Array<int64_t> values) mutable {
      int64_t total = 0;
      for (auto value: values) total += value;
      context.getResults().setTotal(total);
    });
  }

  kj::Promise<void> nest(NestContext context) override {
    auto depth = context.getParams().getDepth();
    auto box = context.getResults().initBox();
    for (uint32_t level = 0;; level++) {
      Counter::Client counter = makeCounter(level);
      box.getContent().setCounter(counter);
      box.getContent().setLabel(kj::str("box ", level));
      box.getUntyped().setAs<Counter>(counter);
      if (level + 1 >= depth) break;
      box = box.initInner();
    }
    return kj::READY_NOW;
  }

  kj::Promise<void> notify(NotifyContext context) override {
    auto params = context.getParams();
    auto answers = context.getResults().initAnswers(params.getTimes());
    return notifyFrom(0, params.getListener(), answers);
  }

  kj::Promise<void> hold(HoldContext context) override {
    heldCounter = context.getParams().getCounter();
    return kj::READY_NOW;
  }

  kj::Promise<void> held(HeldContext context) override {
    context.getResults().setCounter(theHeldCounter());
    return kj::READY_NOW;
  }

  kj::Promise<void> callHeld(CallHeldContext context) override {
    auto request = theHeldCounter().addRequest();
    request.setAmount(context.getParams().getAmount());
    return request.send().then([context](auto&& response) mutable { context.getResults().setTotal(response.getTotal()); });
  }

  kj::Promise<void> letGo(LetGoContext context) override {
    heldCounter = nullptr;
    return kj::READY_NOW;
  }

  kj::Promise<void> nothing(NothingContext context) override {
    context.getResults().setIsNull(!context.getParams().hasCounter());
    return kj::READY_NOW;
  }

  kj::Promise<void> anything(AnythingContext context) override {
    context.getResults().getObject().set(context.getParams().getObject());
    return kj::READY_NOW;
  }

  // Promises and order

  kj::Promise<void> reflect(ReflectContext context) override {
    context.getResults().setSequence(context.getParams().getSequence());
    return kj::READY_NOW;
  }

  kj::Promise<void> newPromise(NewPromiseContext context) override {
    auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
    auto results = context.getResults();
    results.setSequence(kj::mv(pair.promise));
    results.setResolver(kj::heap<ResolverObject>(kj::mv(pair.fulfiller)));
    return kj::READY_NOW;
  }

  kj::Promise<void> newSequence(NewSequenceContext context) override {
    context.getResults().setSequence(kj::heap<SequenceObject>(*ledger));
    return kj::READY_NOW;
  }

  kj::Promise<void> drive(DriveContext context) override {
    auto params = context.getParams();
    auto sequence = params.getSequence();
    uint32_t before = params.getBefore(), early = before + params.getDuring(), all = early + params.getAfter();
    auto calls = kj::heap<kj::Vector<kj::Promise<uint32_t>>>();
    for (uint32_t i = 0; i < before; i++) calls->add(nextOf(sequence, i));
    auto signal = params.getListener().heardRequest();
    signal.setNumber(before);
    auto signalled = signal.send().ignoreResult();
    for (uint32_t i = before; i < early; i++) calls->add(nextOf(sequence, i));
    return sequence.whenResolved()
        .then([sequence, early, all, calls = kj::mv(calls)]() mutable {
          for (uint32_t i = early; i < all; i++) calls->add(nextOf(sequence, i));
          return kj::joinPromises(calls->releaseAsArray());
        })
        .then([context, signalled = kj::mv(signalled)](kj::Array<uint32_t> numbers) mutable {
          context.getResults().setNumbers(numbers.asPtr());
          return kj::mv(signalled);
        });
  }

  // Calls

  kj::Promise<void> tail(TailContext context) override {
    auto params = context.getParams();
    auto request = params.getCallee().calledRequest();
    request.setNumber(params.getNumber());
    return context.tailCall(kj::mv(request));
  }

  kj::Promise<void> tailLocal(TailLocalContext context) override {
    interop::Callee::Client callee = kj::heap<CalleeObject>(*ledger, "server");
    auto request = callee.calledRequest();
    request.setNumber(context.getParams().getNumber());
    return context.tailCall(kj::mv(request));
  }

  kj::Promise<void> early(EarlyContext context) override {
    Counter::Client counter = makeCounter(100);
    capnp::PipelineBuilder<Interop::EarlyResults> pipeline;
    pipeline.setCounter(counter);
    context.setPipeline(pipeline.build());
    return context.getParams().getGate().heardRequest().send().then(
        [context, counter](auto&& response) mutable { context.getResults().setCounter(counter); });
  }

  kj::Promise<void> hang(HangContext context) override {
    context.allowCancellation();
    return hangUntilCancelled(*ledger);
  }

  kj::Promise<void> fail(FailContext context) override {
    auto params = context.getParams();
    return makeException(params.getKind(), params.getReason());
  }

  kj::Promise<void> relay(RelayContext context) override {
    context.allowCancellation();
    return context.getParams().getListener().heardRequest().send().then(
        [context](auto&& response) mutable { context.getResults().setAnswer(response.getAnswer()); });
  }

  kj::Promise<void> newSink(NewSinkContext context) override {
    context.getResults().setSink(kj::heap<SinkObject>());
    return kj::READY_NOW;
  }

  kj::Promise<void> newGatedSink(NewGatedSinkContext context) override {
    context.getResults().setSink(kj::heap<SinkObject>(context.getParams().getGate()));
    return kj::READY_NOW;
  }

  kj::Promise<void> activity(ActivityContext context) override {
    auto results = context.getResults();
    results.setLiveCounters(ledger->liveCounters);
    results.setLiveSequences(ledger->liveSequences);
    results.setHanging(ledger->hanging);
    results.setCancelled(ledger->cancelled);
    return kj::READY_NOW;
  }

private:
  kj::Own<Ledger> ledger = kj::refcounted<Ledger>();
  kj::Maybe<Counter::Client> heldCounter;

  Counter::Client makeCounter(int64_t start) { return kj::heap<CounterObject>(*ledger, start); }

  Counter::Client& theHeldCounter() {
    KJ_IF_MAYBE(counter, heldCounter) { return *counter; }
    KJ_FAIL_REQUIRE("nothing is held");
  }

  static void growTree(interop::Tree::Builder node, kj::String label, uint32_t depth, uint32_t fanOut) {
    node.setLabel(label);
    if (depth == 0) return;
    auto children = node.initChildren(fanOut);
    for (uint32_t i = 0; i < fanOut; i++) growTree(children[i], kj::str(label, ".", i), depth - 1, fanOut);
  }

  static kj::Promise<uint32_t> nextOf(Sequence::Client& sequence, uint32_t expected) {
    auto request = sequence.nextRequest();
    request.setExpected(expected);
    return request.send().then([](auto&& response) { return response.getNumber(); });
  }

  static kj::Promise<void> notifyFrom(uint32_t i, interop::Listener::Client listener, capnp::List<capnp::Text>::Builder answers) {
    if (i == answers.size()) return kj::READY_NOW;
    auto request = listener.heardRequest();
    request.setNumber(i);
    return request.send().then([i, listener, answers](auto&& response) mutable {
      answers.set(i, response.getAnswer());
      return notifyFrom(i + 1, kj::mv(listener), answers);
    });
  }
};

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " ADDRESS" << std::endl;
    return 2;
  }
  auto io = kj::setupAsyncIo();
  Endpoint endpoint(io, argv[1]);
  endpoint.serve([]() -> capnp::Capability::Client { return kj::heap<InteropObject>(); })
      .exclusiveJoin(standardInputEnd(io))
      .wait(io.waitScope);
  return 0;
}
