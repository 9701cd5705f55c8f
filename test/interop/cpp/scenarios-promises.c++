// Promises that resolve to something here or there while calls are under way. The sequence objects count, so an embargo
// that is missing on either side shows as a misplaced call.

#include <string.h>

#include "scenario.h"

namespace {

using interop::Counter;
using interop::Kind;
using interop::Sequence;

// Calls made on one capability over time; all of them must have met the same object in order.
class Calls {
public:
  Calls(Stage& stage, Sequence::Client sequence): stage(stage), sequence(kj::mv(sequence)) {}

  void make(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
      auto request = sequence.nextRequest();
      request.setExpected(numbers.size());
      numbers.add(request.send().then([](auto&& response) { return response.getNumber(); }).eagerlyEvaluate(nullptr));
    }
  }

  void check() {
    auto made = numbers.size();
    auto values = stage.wait(kj::joinPromises(numbers.releaseAsArray()));
    for (uint32_t i = 0; i < made; i++) KJ_ASSERT(values[i] == i, i, values[i]);
    auto state = stage.wait(sequence.stateRequest().send());
    KJ_ASSERT(state.getCount() == made && state.getMisplaced() == 0, state);
  }

  void expectFailures(Kind kind, kj::StringPtr reason) {
    for (auto& number: numbers) {
      auto exception = stage.failureOf(kj::mv(number));
      KJ_ASSERT(kindOf(exception) == kind, exception);
      KJ_ASSERT(strstr(exception.getDescription().cStr(), reason.cStr()) != nullptr, exception);
    }
    numbers.clear();
  }

private:
  Stage& stage;
  Sequence::Client sequence;
  kj::Vector<kj::Promise<uint32_t>> numbers;
};

struct Promised {
  Sequence::Client sequence;
  interop::Resolver::Client resolver;
};

// A promise that lives in the server.
Promised theirPromise(Stage& stage) {
  auto response = stage.wait(stage.interop.newPromiseRequest().send());
  return {response.getSequence(), response.getResolver()};
}

kj::Promise<void> resolve(Promised& promised, Sequence::Client target) {
  auto request = promised.resolver.resolveRequest();
  request.setSequence(kj::mv(target));
  return request.send().ignoreResult().eagerlyEvaluate(nullptr);
}

Sequence::Client theirSequence(Stage& stage) { return stage.interop.newSequenceRequest().send().getSequence(); }

// We embargo: the first calls travel to the server and back, the last ones go straight to our object.
void resultIsOurObject(Stage& stage) {
  auto request = stage.interop.reflectRequest();
  request.setSequence(stage.sequence());
  auto promise = request.send();
  Calls calls(stage, promise.getSequence());
  calls.make(3);
  auto response = stage.wait(kj::mv(promise));
  calls.make(3);
  calls.check();
}

// The calls made while the promise resolves are still on their way back when the later ones could go straight to our object.
void theirPromiseIsOurObject(Stage& stage) {
  auto promised = theirPromise(stage);
  Calls calls(stage, promised.sequence);
  calls.make(3);
  auto resolved = resolve(promised, stage.sequence());
  calls.make(500);
  stage.wait(promised.sequence.whenResolved());
  calls.make(3);
  stage.wait(kj::mv(resolved));
  calls.make(3);
  calls.check();
}

void theirPromiseIsTheirObject(Stage& stage) {
  auto promised = theirPromise(stage);
  Calls calls(stage, promised.sequence);
  calls.make(3);
  auto resolved = resolve(promised, theirSequence(stage));
  calls.make(3);
  stage.wait(promised.sequence.whenResolved());
  calls.make(3);
  stage.wait(kj::mv(resolved));
  calls.check();
}

void theirPromiseIsAnotherOfTheirs(Stage& stage) {
  auto first = theirPromise(stage), second = theirPromise(stage);
  Calls calls(stage, first.sequence);
  calls.make(2);
  stage.wait(resolve(first, second.sequence));
  calls.make(2);
  auto resolved = resolve(second, stage.sequence());
  calls.make(2);
  stage.wait(first.sequence.whenResolved());
  calls.make(2);
  stage.wait(kj::mv(resolved));
  calls.check();
}

// Their promise becomes our promise, which becomes our object.
void theirPromiseIsOurPromise(Stage& stage) {
  auto promised = theirPromise(stage);
  Calls calls(stage, promised.sequence);
  calls.make(2);
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  auto resolved = resolve(promised, kj::mv(pair.promise));
  calls.make(2);
  stage.activity();
  calls.make(2);
  pair.fulfiller->fulfill(stage.sequence());
  calls.make(2);
  stage.wait(kj::mv(resolved));
  stage.wait(promised.sequence.whenResolved());
  calls.make(2);
  calls.check();
}

void theirPromiseIsRejected(Stage& stage) {
  auto promised = theirPromise(stage);
  Calls calls(stage, promised.sequence);
  calls.make(3);
  auto request = promised.resolver.rejectRequest();
  request.setKind(Kind::OVERLOADED);
  request.setReason("no room");
  stage.wait(request.send());
  calls.make(2);
  calls.expectFailures(Kind::OVERLOADED, "no room");
  KJ_ASSERT(stage.add(stage.newCounter(1), 1) == 2, "the connection is still usable");
}

void theirPromiseIsNull(Stage& stage) {
  auto promised = theirPromise(stage);
  Calls calls(stage, promised.sequence);
  calls.make(2);
  stage.wait(resolve(promised, nullptr));
  calls.expectFailures(Kind::FAILED, "");
  KJ_ASSERT(stage.add(stage.newCounter(1), 1) == 2, "the connection is still usable");
}

// The server makes calls on what we give it, before and after we say what it is.
class Drive {
public:
  Drive(Stage& stage, Sequence::Client sequence): Drive(stage, kj::mv(sequence), 0, stage.listener()) {}

  // The server makes `during` calls more before it can know of a resolution that `listener` causes.
  Drive(Stage& stage, Sequence::Client sequence, uint32_t during, interop::Listener::Client listener)
      : stage(stage), total(8 + during), call(nullptr) {
    auto request = stage.interop.driveRequest();
    request.setSequence(kj::mv(sequence));
    request.setBefore(4);
    request.setDuring(during);
    request.setAfter(4);
    request.setListener(kj::mv(listener));
    call = request.send().eagerlyEvaluate(nullptr);
  }

  // Returns when the server has made its first calls.
  void started() {
    stage.until("the server made its first calls", [&]() { return stage.ledger->heard > 0; });
  }

  void check(Sequence::Client sequence) {
    auto response = stage.wait(kj::mv(call));
    auto numbers = response.getNumbers();
    KJ_ASSERT(numbers.size() == total);
    for (uint32_t i = 0; i < total; i++) KJ_ASSERT(numbers[i] == i, i, numbers[i]);
    auto state = stage.wait(sequence.stateRequest().send());
    KJ_ASSERT(state.getCount() == total && state.getMisplaced() == 0, state);
  }

  kj::Exception failure() { return stage.failureOf(kj::mv(call)); }

private:
  Stage& stage;
  uint32_t total;
  kj::Promise<capnp::Response<interop::Interop::DriveResults>> call;
};

void theyDriveOurObject(Stage& stage) {
  auto sequence = stage.sequence();
  Drive(stage, sequence).check(sequence);
}

void ourPromiseIsOurObject(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  Drive drive(stage, kj::mv(pair.promise));
  drive.started();
  auto sequence = stage.sequence();
  pair.fulfiller->fulfill(kj::cp(sequence));
  drive.check(sequence);
}

// They embargo: their first calls travel here and back, their last ones go straight to their own object.
void ourPromiseIsTheirObject(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  Drive drive(stage, kj::mv(pair.promise));
  drive.started();
  auto sequence = theirSequence(stage);
  pair.fulfiller->fulfill(kj::cp(sequence));
  drive.check(sequence);
}

// They embargo, and must: when they learn what our promise has become, most of their calls are still on the way here and back.
void ourPromiseIsTheirObjectWhileTheyCall(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  auto sequence = stage.wait(stage.interop.newSequenceRequest().send()).getSequence();
  interop::Listener::Client listener = kj::heap<ListenerObject>(*stage.ledger, [&](uint32_t) -> kj::Promise<void> {
    pair.fulfiller->fulfill(kj::cp(sequence));
    return kj::READY_NOW;
  });
  Drive(stage, kj::mv(pair.promise), 2000, listener).check(sequence);
}

// As before, but what our promise becomes is itself still on its way from the server.
void ourPromiseIsTheirAnswer(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  Drive drive(stage, kj::mv(pair.promise));
  drive.started();
  auto sequence = stage.wait(stage.interop.newSequenceRequest().send()).getSequence();
  auto request = stage.interop.reflectRequest();
  request.setSequence(sequence);
  pair.fulfiller->fulfill(request.send().getSequence());
  drive.check(sequence);
}

// Our promise becomes a promise of theirs, which becomes an object of ours.
void ourPromiseIsTheirPromise(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  Drive drive(stage, kj::mv(pair.promise));
  drive.started();
  auto promised = theirPromise(stage);
  pair.fulfiller->fulfill(kj::cp(promised.sequence));
  stage.activity();
  auto sequence = stage.sequence();
  stage.wait(resolve(promised, sequence));
  drive.check(sequence);
}

void ourPromiseIsRejected(Stage& stage) {
  auto pair = kj::newPromiseAndFulfiller<Sequence::Client>();
  Drive drive(stage, kj::mv(pair.promise));
  drive.started();
  pair.fulfiller->reject(makeException(Kind::OVERLOADED, "changed our mind"));
  auto exception = drive.failure();
  KJ_ASSERT(kindOf(exception) == Kind::OVERLOADED, exception);
  KJ_ASSERT(stage.add(stage.newCounter(1), 1) == 2, "the connection is still usable");
}

void promisesAreFreed(Stage& stage) {
  {
    auto promised = theirPromise(stage);
    stage.wait(resolve(promised, stage.sequence()));
    stage.wait(promised.sequence.whenResolved());
  }
  stage.until("the server gave our sequence back", [&]() { return stage.ledger->liveSequences == 0; });
}

}  // namespace

void addPromiseScenarios(Scenarios& scenarios) {
  scenarios.add(Scenario{"a-result-that-is-our-object-keeps-order", resultIsOurObject});
  scenarios.add(Scenario{"their-promise-becomes-our-object-in-order", theirPromiseIsOurObject});
  scenarios.add(Scenario{"their-promise-becomes-their-object-in-order", theirPromiseIsTheirObject});
  scenarios.add(Scenario{"their-promise-becomes-another-promise-in-order", theirPromiseIsAnotherOfTheirs});
  scenarios.add(Scenario{"their-promise-becomes-our-promise-in-order", theirPromiseIsOurPromise});
  scenarios.add(Scenario{"calls-on-a-rejected-promise-fail", theirPromiseIsRejected});
  scenarios.add(Scenario{"calls-on-a-promise-that-becomes-null-fail", theirPromiseIsNull});
  scenarios.add(Scenario{"they-call-our-object-in-order", theyDriveOurObject});
  scenarios.add(Scenario{"our-promise-becomes-our-object-in-order", ourPromiseIsOurObject});
  scenarios.add(Scenario{"our-promise-becomes-their-object-in-order", ourPromiseIsTheirObject});
  scenarios.add(Scenario{"our-promise-becomes-their-object-while-they-call", ourPromiseIsTheirObjectWhileTheyCall});
  scenarios.add(Scenario{"our-promise-becomes-their-answer-in-order", ourPromiseIsTheirAnswer});
  scenarios.add(Scenario{"our-promise-becomes-their-promise-in-order", ourPromiseIsTheirPromise});
  scenarios.add(Scenario{"their-calls-on-our-rejected-promise-fail", ourPromiseIsRejected});
  scenarios.add(Scenario{"a-resolved-promise-frees-its-object", promisesAreFreed});
}
