// A scenario is one story told to a server of interop.capnp: it makes calls, waits, and throws when an answer is not what it
// must be. Every scenario gets a Stage of its own: a fresh connection and a fresh ledger for the objects it passes.

#pragma once

#include <kj/debug.h>
#include <kj/timer.h>
#include <kj/vector.h>

#include "objects.h"

class Stage {
public:
  Stage(kj::WaitScope& waitScope, kj::Timer& timer, interop::Interop::Client interop)
      : interop(kj::mv(interop)), waitScope(waitScope), timer(timer) {}

  interop::Interop::Client interop;
  kj::Own<Ledger> ledger = kj::refcounted<Ledger>();

  // The promise's value; a hung call becomes a failure after ten seconds.
  template <typename T>
  T wait(kj::Promise<T>&& promise) {
    return timer.timeoutAfter(10 * kj::SECONDS, kj::mv(promise)).wait(waitScope);
  }

  // The exception that the promise ends with. Throws if it ends well.
  template <typename T>
  kj::Exception failureOf(kj::Promise<T>&& promise) {
    KJ_IF_MAYBE(exception, kj::runCatchingExceptions([&]() { wait(kj::mv(promise)); })) { return kj::mv(*exception); }
    KJ_FAIL_ASSERT("the call should have failed");
  }

  // Waits until `condition` holds, making a round trip to the server between two looks at it.
  template <typename Condition>
  void until(const char* what, Condition&& condition) {
    for (uint32_t attempt = 0; !condition(); attempt++) {
      KJ_ASSERT(attempt < 100, "this should have happened", what);
      activity();
      if (attempt > 10) wait(timer.afterDelay(10 * kj::MILLISECONDS));
    }
  }

  // Waits until `value` has not changed for a tenth of a second; returns what it is then.
  uint32_t settled(const uint32_t& value) {
    for (;;) {
      auto before = value;
      wait(timer.afterDelay(100 * kj::MILLISECONDS));
      if (value == before) return before;
    }
  }

  capnp::Response<interop::Activity> activity() { return wait(interop.activityRequest().send()); }

  // Objects of ours.
  interop::Counter::Client counter(int64_t start = 0) { return kj::heap<CounterObject>(*ledger, start); }
  interop::Sequence::Client sequence() { return kj::heap<SequenceObject>(*ledger); }
  interop::Listener::Client listener() { return kj::heap<ListenerObject>(*ledger); }

  // Objects of the server's.
  interop::Counter::Client newCounter(int64_t start = 0) {
    auto request = interop.newCounterRequest();
    request.setStart(start);
    return request.send().getCounter();
  }

  int64_t add(interop::Counter::Client counter, int64_t amount) {
    auto request = counter.addRequest();
    request.setAmount(amount);
    return wait(request.send()).getTotal();
  }

private:
  kj::WaitScope& waitScope;
  kj::Timer& timer;
};

struct Scenario {
  kj::StringPtr name;
  void (*run)(Stage& stage);
  bool onlyWhenNamed = false;  // It needs a server that does something unusual.
};

using Scenarios = kj::Vector<Scenario>;

void addValueScenarios(Scenarios& scenarios);
void addObjectScenarios(Scenarios& scenarios);
void addPromiseScenarios(Scenarios& scenarios);
void addCallScenarios(Scenarios& scenarios);
