// The objects of interop.capnp that both programs need: the server hands them out, the client passes its own. Each keeps a
// reference to a Ledger, which counts what is alive, so that a scenario can see whether the other side gave back what it held.

#pragma once

#include <capnp/capability.h>
#include <kj/async.h>
#include <kj/function.h>
#include <kj/refcount.h>

#include "interop.capnp.h"

struct Ledger final: public kj::Refcounted {
  uint32_t liveCounters = 0;
  uint32_t liveSequences = 0;
  uint32_t hanging = 0;
  uint32_t cancelled = 0;
  uint32_t heard = 0;  // Calls that Listeners received.
};

// Adds one to a field of a ledger for as long as it lives.
class Tally {
public:
  Tally(Ledger& ledger, uint32_t Ledger::*field): ledger(kj::addRef(ledger)), field(field) { ++(ledger.*field); }
  ~Tally() {
    if (ledger.get() != nullptr) --((*ledger).*field);
  }
  Tally(Tally&&) = default;
  KJ_DISALLOW_COPY(Tally);

private:
  kj::Own<Ledger> ledger;
  uint32_t Ledger::*field;
};

class CounterObject final: public interop::ResettableCounter::Server {
public:
  CounterObject(Ledger& ledger, int64_t start)
      : ledger(kj::addRef(ledger)), tally(ledger, &Ledger::liveCounters), total(start) {}

  kj::Promise<void> add(AddContext context) override;
  kj::Promise<void> next(NextContext context) override;
  kj::Promise<void> reset(ResetContext context) override;

private:
  kj::Own<Ledger> ledger;
  Tally tally;
  int64_t total;
};

class SequenceObject final: public interop::Sequence::Server {
public:
  explicit SequenceObject(Ledger& ledger): tally(ledger, &Ledger::liveSequences) {}

  kj::Promise<void> next(NextContext context) override;
  kj::Promise<void> state(StateContext context) override;

private:
  Tally tally;
  uint32_t count = 0;
  uint32_t misplaced = 0;
};

class ResolverObject final: public interop::Resolver::Server {
public:
  explicit ResolverObject(kj::Own<kj::PromiseFulfiller<interop::Sequence::Client>> fulfiller): fulfiller(kj::mv(fulfiller)) {}

  kj::Promise<void> resolve(ResolveContext context) override;
  kj::Promise<void> reject(RejectContext context) override;

private:
  kj::Own<kj::PromiseFulfiller<interop::Sequence::Client>> fulfiller;
};

// Answers "heard N" and counts; what else it does is up to `then`.
class ListenerObject final: public interop::Listener::Server {
public:
  explicit ListenerObject(Ledger& ledger, kj::Function<kj::Promise<void>(uint32_t)> then = nothing)
      : ledger(kj::addRef(ledger)), then(kj::mv(then)) {}

  kj::Promise<void> heard(HeardContext context) override;

private:
  kj::Own<Ledger> ledger;
  kj::Function<kj::Promise<void>(uint32_t)> then;

  static kj::Promise<void> nothing(uint32_t) { return kj::READY_NOW; }
};

class CalleeObject final: public interop::Callee::Server {
public:
  CalleeObject(Ledger& ledger, kj::StringPtr by): ledger(kj::addRef(ledger)), by(by) {}

  kj::Promise<void> called(CalledContext context) override;

private:
  kj::Own<Ledger> ledger;
  kj::StringPtr by;
};

// A callee that never answers and notices when it is cancelled.
class HangingCallee final: public interop::Callee::Server {
public:
  explicit HangingCallee(Ledger& ledger): ledger(kj::addRef(ledger)) {}

  kj::Promise<void> called(CalledContext context) override;

private:
  kj::Own<Ledger> ledger;
};

// A listener that never answers and notices when it is cancelled.
class HangingListener final: public interop::Listener::Server {
public:
  explicit HangingListener(Ledger& ledger): ledger(kj::addRef(ledger)) {}

  kj::Promise<void> heard(HeardContext context) override;

private:
  kj::Own<Ledger> ledger;
};

// Streaming calls come one at a time, so a first write that waits for its gate holds back the others.
class SinkObject final: public interop::Sink::Server {
public:
  SinkObject() = default;
  explicit SinkObject(interop::Listener::Client gate): gate(kj::mv(gate)) {}

  kj::Promise<void> write(WriteContext context) override;
  kj::Promise<void> done(DoneContext context) override;

private:
  kj::Maybe<interop::Listener::Client> gate;
  uint64_t byteCount = 0;
  uint32_t writes = 0;
};

// A promise that never ends; counted in `hanging` while it waits and in `cancelled` once it was dropped.
kj::Promise<void> hangUntilCancelled(Ledger& ledger);

// The exception that a failure of this kind becomes, and the kind that an exception is.
kj::Exception makeException(interop::Kind kind, kj::StringPtr reason);
interop::Kind kindOf(const kj::Exception& exception);
