#include "objects.h"

#include <kj/debug.h>

kj::Promise<void> CounterObject::add(AddContext context) {
  total += context.getParams().getAmount();
  context.getResults().setTotal(total);
  return kj::READY_NOW;
}

kj::Promise<void> CounterObject::next(NextContext context) {
  context.getResults().setCounter(kj::heap<CounterObject>(*ledger, total + context.getParams().getAmount()));
  return kj::READY_NOW;
}

kj::Promise<void> CounterObject::reset(ResetContext context) {
  context.getResults().setTotal(total);
  total = 0;
  return kj::READY_NOW;
}

kj::Promise<void> SequenceObject::next(NextContext context) {
  if (context.getParams().getExpected() != count) ++misplaced;
  context.getResults().setNumber(count++);
  return kj::READY_NOW;
}

kj::Promise<void> SequenceObject::state(StateContext context) {
  auto results = context.getResults();
  results.setCount(count);
  results.setMisplaced(misplaced);
  return kj::READY_NOW;
}

kj::Promise<void> ResolverObject::resolve(ResolveContext context) {
  KJ_REQUIRE(fulfiller->isWaiting(), "the promise is already decided");
  fulfiller->fulfill(context.getParams().getSequence());
  return kj::READY_NOW;
}

kj::Promise<void> ResolverObject::reject(RejectContext context) {
  KJ_REQUIRE(fulfiller->isWaiting(), "the promise is already decided");
  auto params = context.getParams();
  fulfiller->reject(makeException(params.getKind(), params.getReason()));
  return kj::READY_NOW;
}

kj::Promise<void> ListenerObject::heard(HeardContext context) {
  auto number = context.getParams().getNumber();
  ++ledger->heard;
  context.getResults().setAnswer(kj::str("heard ", number));
  return then(number);
}

kj::Promise<void> CalleeObject::called(CalledContext context) {
  auto results = context.getResults();
  results.setNumber(context.getParams().getNumber());
  results.setBy(by);
  results.setSequence(kj::heap<SequenceObject>(*ledger));
  return kj::READY_NOW;
}

kj::Promise<void> HangingCallee::called(CalledContext context) {
  context.allowCancellation();
  return hangUntilCancelled(*ledger);
}

kj::Promise<void> HangingListener::heard(HeardContext context) {
  context.allowCancellation();
  return hangUntilCancelled(*ledger);
}

kj::Promise<void> SinkObject::write(WriteContext context) {
  auto size = context.getParams().getBytes().size();
  KJ_REQUIRE(size > 0, "nothing to write");
  byteCount += size;
  ++writes;
  if (writes > 1) return kj::READY_NOW;
  KJ_IF_MAYBE(closed, gate) { return closed->heardRequest().send().ignoreResult(); }
  return kj::READY_NOW;
}

kj::Promise<void> SinkObject::done(DoneContext context) {
  auto results = context.getResults();
  results.setByteCount(byteCount);
  results.setWrites(writes);
  return kj::READY_NOW;
}

kj::Promise<void> hangUntilCancelled(Ledger& ledger) {
  auto cancelled = kj::defer([ledger = kj::addRef(ledger)]() mutable { ++ledger->cancelled; });
  return kj::Promise<void>(kj::NEVER_DONE).attach(Tally(ledger, &Ledger::hanging), kj::mv(cancelled));
}

kj::Exception makeException(interop::Kind kind, kj::StringPtr reason) {
  auto type = kj::Exception::Type::FAILED;
  switch (kind) {
    case interop::Kind::FAILED: type = kj::Exception::Type::FAILED; break;
    case interop::Kind::OVERLOADED: type = kj::Exception::Type::OVERLOADED; break;
    case interop::Kind::DISCONNECTED: type = kj::Exception::Type::DISCONNECTED; break;
    case interop::Kind::UNIMPLEMENTED: type = kj::Exception::Type::UNIMPLEMENTED; break;
  }
  return kj::Exception(type, __FILE__, __LINE__, kj::str(reason));
}

interop::Kind kindOf(const kj::Exception& exception) {
  switch (exception.getType()) {
    case kj::Exception::Type::FAILED: return interop::Kind::FAILED;
    case kj::Exception::Type::OVERLOADED: return interop::Kind::OVERLOADED;
    case kj::Exception::Type::DISCONNECTED: return interop::Kind::DISCONNECTED;
    case kj::Exception::Type::UNIMPLEMENTED: return interop::Kind::UNIMPLEMENTED;
  }
  KJ_UNREACHABLE;
}
