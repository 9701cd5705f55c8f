package main

import (
	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// Promises of the server's that resolve to something here or there while calls are under way. The sequence objects count,
// so an embargo that is missing on either side shows as a misplaced call.
var promiseScenarios = []scenario{
	{name: "a-result-that-is-our-object-keeps-order", run: resultIsOurObject},
	{name: "their-promise-becomes-our-object-in-order", run: theirPromiseIsOurObject},
	{name: "their-promise-becomes-their-object-in-order", run: theirPromiseIsTheirObject},
	{name: "their-promise-becomes-another-promise-in-order", run: theirPromiseIsAnotherOfTheirs},
	{name: "their-promise-becomes-our-promise-in-order", run: theirPromiseIsOurPromise},
	{name: "calls-on-a-rejected-promise-fail", run: theirPromiseIsRejected},
	{name: "calls-on-a-promise-that-becomes-null-fail", run: theirPromiseIsNull},
	{name: "a-resolved-promise-frees-its-object", run: promisesAreFreed},
}

// calls are made on one capability over time; all of them must have met the same object in order.
type calls struct {
	stage    *stage
	sequence interop.Sequence
	numbers  []interop.Sequence_next_Results_Future
}

func (c *calls) make(count int) {
	for ; count > 0; count-- {
		future, release := c.sequence.Next(c.stage.ctx, func(params interop.Sequence_next_Params) error {
			params.SetExpected(uint32(len(c.numbers)))
			return nil
		})
		c.stage.later(release)
		c.numbers = append(c.numbers, future)
	}
}

func (c *calls) check() {
	for i, number := range c.numbers {
		expect(c.stage, "the number", wait(c.stage, number.Struct).Number(), uint32(i))
	}
	expectState(c.stage, c.sequence, len(c.numbers))
}

// expectState checks that the sequence has had so many calls, each where it was expected.
func expectState(s *stage, sequence interop.Sequence, count int) {
	future, release := sequence.State(s.ctx, nil)
	s.later(release)
	state := wait(s, future.Struct)
	expect(s, "the number of misplaced calls", state.Misplaced(), 0)
	expect(s, "the number of calls", state.Count(), uint32(count))
}

func (c *calls) expectFailures(kind interop.Kind, reason string) {
	for _, number := range c.numbers {
		expectFailure(c.stage, number.Struct, kind, reason)
	}
}

func (s *stage) whenResolved(sequence interop.Sequence) {
	s.waitFor(func() error { return sequence.Resolve(s.ctx) })
}

// sequence is one of ours; whoever gets it owns it.
func (s *stage) sequence() interop.Sequence {
	return objects.NewSequence(&s.ledger)
}

// promise is one of ours that belongs to the stage.
func (s *stage) promise() *objects.Promise {
	promise := objects.NewPromise()
	s.later(promise.Release)
	return promise
}

// theirSequence is one of the server's, not waited for; it belongs to the stage.
func (s *stage) theirSequence() interop.Sequence {
	future, release := s.interop.NewSequence(s.ctx, nil)
	s.later(release)
	return future.Sequence()
}

// promised is a promise that lives in the server.
type promised struct {
	sequence interop.Sequence
	resolver interop.Resolver
	release  capnp.ReleaseFunc
}

func (s *stage) theirPromise() promised {
	future, release := s.interop.NewPromise(s.ctx, nil)
	results := wait(s, future.Struct)
	return promised{results.Sequence(), results.Resolver(), release}
}

// resolve makes the promise become target, which it takes.
func (s *stage) resolve(promise promised, target interop.Sequence) interop.Resolver_resolveTo_Results_Future {
	future, release := promise.resolver.ResolveTo(s.ctx, func(params interop.Resolver_resolveTo_Params) error {
		return params.SetSequence(target)
	})
	s.later(release)
	return future
}

// We embargo: the first calls travel to the server and back, the last ones go straight to our object.
func resultIsOurObject(s *stage) {
	future, release := s.interop.Reflect(s.ctx, func(params interop.Interop_reflect_Params) error {
		return params.SetSequence(s.sequence())
	})
	s.later(release)
	calls := calls{stage: s, sequence: future.Sequence()}
	calls.make(3)
	wait(s, future.Struct)
	calls.make(3)
	calls.check()
}

// The calls made while the promise resolves are still on their way back when the later ones could go straight to our object.
func theirPromiseIsOurObject(s *stage) {
	promise := s.theirPromise()
	s.later(promise.release)
	calls := calls{stage: s, sequence: promise.sequence}
	calls.make(3)
	resolved := s.resolve(promise, s.sequence())
	calls.make(500)
	s.whenResolved(promise.sequence)
	calls.make(3)
	wait(s, resolved.Struct)
	calls.make(3)
	calls.check()
}

func theirPromiseIsTheirObject(s *stage) {
	promise := s.theirPromise()
	s.later(promise.release)
	calls := calls{stage: s, sequence: promise.sequence}
	calls.make(3)
	resolved := s.resolve(promise, s.theirSequence().AddRef())
	calls.make(3)
	s.whenResolved(promise.sequence)
	calls.make(3)
	wait(s, resolved.Struct)
	calls.check()
}

func theirPromiseIsAnotherOfTheirs(s *stage) {
	first, second := s.theirPromise(), s.theirPromise()
	s.later(first.release)
	s.later(second.release)
	calls := calls{stage: s, sequence: first.sequence}
	calls.make(2)
	wait(s, s.resolve(first, second.sequence.AddRef()).Struct)
	calls.make(2)
	resolved := s.resolve(second, s.sequence())
	calls.make(2)
	s.whenResolved(first.sequence)
	calls.make(2)
	wait(s, resolved.Struct)
	calls.check()
}

// Their promise becomes our promise, which becomes our object.
func theirPromiseIsOurPromise(s *stage) {
	promise := s.theirPromise()
	s.later(promise.release)
	calls := calls{stage: s, sequence: promise.sequence}
	calls.make(2)
	ours := s.promise()
	resolved := s.resolve(promise, ours.Sequence())
	calls.make(2)
	s.activity()
	calls.make(2)
	ours.Fulfill(s.sequence())
	calls.make(2)
	wait(s, resolved.Struct)
	s.whenResolved(promise.sequence)
	calls.make(2)
	calls.check()
}

func theirPromiseIsRejected(s *stage) {
	promise := s.theirPromise()
	s.later(promise.release)
	calls := calls{stage: s, sequence: promise.sequence}
	calls.make(3)
	rejected, release := promise.resolver.Reject(s.ctx, func(params interop.Resolver_reject_Params) error {
		params.SetKind(interop.Kind_overloaded)
		return params.SetReason("no room")
	})
	s.later(release)
	wait(s, rejected.Struct)
	calls.make(2)
	calls.expectFailures(interop.Kind_overloaded, "no room")
	s.expectUsable()
}

func theirPromiseIsNull(s *stage) {
	promise := s.theirPromise()
	s.later(promise.release)
	calls := calls{stage: s, sequence: promise.sequence}
	calls.make(2)
	wait(s, s.resolve(promise, interop.Sequence{}).Struct)
	calls.expectFailures(interop.Kind_failed, "")
	s.expectUsable()
}

func promisesAreFreed(s *stage) {
	promise := s.theirPromise()
	wait(s, s.resolve(promise, s.sequence()).Struct)
	s.whenResolved(promise.sequence)
	promise.release()
	s.until("the server gave our sequence back", func() bool { return s.ledger.LiveSequences.Load() == 0 })
}
