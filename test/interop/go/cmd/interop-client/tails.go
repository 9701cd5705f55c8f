package main

import (
	"context"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// Calls whose answer is another call's.
var tailScenarios = []scenario{
	{name: "a-tail-call-to-us-returns-here", run: tailToUs},
	{name: "a-tail-call-within-the-server-returns", run: tailWithinTheServer},
	{name: "a-tail-call-fails-like-its-callee", run: tailThatFails},
	{name: "a-tail-calls-objects-are-freed", run: tailsAreFreed},
	{name: "cancelling-reaches-the-tail-callee", run: cancelledTail},
}

// tail has the server call callee, which it takes.
func (s *stage) tail(ctx context.Context, callee interop.Callee, number int32) (interop.Called_Future, func()) {
	return s.interop.Tail(ctx, func(params interop.Interop_tail_Params) error {
		params.SetNumber(number)
		return params.SetCallee(callee)
	})
}

func expectCalled(s *stage, called interop.Called, number int32, by string) {
	expect(s, "the number", called.Number(), number)
	got, err := called.By()
	s.check(err)
	expect(s, "who was called", got, by)
}

func tailToUs(s *stage) {
	future, release := s.tail(s.ctx, objects.NewCallee(&s.ledger, "client"), 456)
	s.later(release)
	calls := calls{stage: s, sequence: future.Sequence()}
	calls.make(2)
	expectCalled(s, wait(s, future.Struct), 456, "client")
	calls.make(2)
	calls.check()
}

func tailWithinTheServer(s *stage) {
	future, release := s.interop.TailLocal(s.ctx, func(params interop.Interop_tailLocal_Params) error {
		params.SetNumber(-3)
		return nil
	})
	s.later(release)
	calls := calls{stage: s, sequence: future.Sequence()}
	calls.make(1)
	called := wait(s, future.Struct)
	expectCalled(s, called, -3, "server")
	calls.sequence = called.Sequence()
	calls.make(1)
	calls.check()
}

func tailThatFails(s *stage) {
	// The server has no Callee to give away, so this one has no such method.
	callee := interop.Callee(s.newCounter(0).AddRef())
	future, release := s.tail(s.ctx, callee, 0)
	s.later(release)
	expectFailure(s, future.Struct, interop.Kind_unimplemented, "")
}

func tailsAreFreed(s *stage) {
	future, release := s.tail(s.ctx, objects.NewCallee(&s.ledger, "client"), 0)
	wait(s, future.Struct)
	expect(s, "the number of our sequences", s.ledger.LiveSequences.Load(), 1)
	release()
	s.until("our sequence is gone", func() bool { return s.ledger.LiveSequences.Load() == 0 })
}

func cancelledTail(s *stage) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	future, release := s.tail(ctx, objects.NewHangingCallee(&s.ledger), 0)
	s.later(release)
	s.until("our callee runs", func() bool { return s.ledger.Hanging.Load() == 1 })
	cancel()
	s.until("our callee was cancelled", func() bool { return s.ledger.Cancelled.Load() == 1 })
	failureOf(s, future.Struct)
}
