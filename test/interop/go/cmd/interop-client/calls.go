package main

import (
	"context"
	"fmt"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// How calls end: cancellation, failures of every kind, early pipelines, a connection that is lost.
var callScenarios = []scenario{
	{name: "cancelling-reaches-a-callback", run: cancelledCallback},
	{name: "a-cancelled-call-ends-and-frees-its-params", run: cancelledCall},
	{name: "cancelling-while-it-returns-leaks-nothing", run: cancelledReturn},
	{name: "failures-keep-their-kind-and-reason", run: failures},
	{name: "a-callbacks-failure-passes-through", run: callbackFailures},
	{name: "unknown-methods-are-unimplemented", run: unknownMethods},
	{name: "a-pipeline-set-early-works-before-the-return", run: earlyPipeline},
	{name: "a-server-that-leaves-breaks-its-calls", run: serverLeaves, onlyWhenNamed: true},
	{name: "hang-forever", run: hangForever, onlyWhenNamed: true},
}

func cancelledCallback(s *stage) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	relayed := s.relay(ctx, objects.NewHangingListener(&s.ledger))
	s.until("our listener runs", func() bool { return s.ledger.Hanging.Load() == 1 })
	cancel()
	s.until("our listener was cancelled", func() bool { return s.ledger.Cancelled.Load() == 1 })
	failureOf(s, relayed.Struct)
}

// hang calls what never returns, with a counter of ours.
func (s *stage) hang(ctx context.Context) interop.Interop_hang_Results_Future {
	future, release := s.interop.Hang(ctx, func(params interop.Interop_hang_Params) error {
		return params.SetCounter(s.counter(0))
	})
	s.later(release)
	return future
}

func cancelledCall(s *stage) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	hanging := s.hang(ctx)
	expect(s, "the number of calls that hang", s.activity().hanging, 1)
	expect(s, "the number of our counters", s.ledger.LiveCounters.Load(), 1)
	cancel()
	s.until("the call was cancelled", func() bool { return s.activity().cancelled == 1 })
	expect(s, "the number of calls that hang", s.activity().hanging, 0)
	s.until("the server gave our counter back", func() bool { return s.ledger.LiveCounters.Load() == 0 })
	failureOf(s, hanging.Struct)
}

func cancelledReturn(s *stage) {
	before := s.activity().liveCounters
	for i := 0; i < 50; i++ {
		ctx, cancel := context.WithCancel(s.ctx)
		_, release := s.interop.NewCounters(ctx, func(params interop.Interop_newCounters_Params) error {
			params.SetCount(3)
			return nil
		})
		if i%2 == 1 {
			s.activity()
		}
		cancel()
		release()
	}
	s.until("no counter is left", func() bool { return s.activity().liveCounters == before })
}

func failures(s *stage) {
	for _, kind := range []interop.Kind{
		interop.Kind_failed, interop.Kind_overloaded, interop.Kind_disconnected, interop.Kind_unimplemented,
	} {
		future, release := s.interop.Fail(s.ctx, func(params interop.Interop_fail_Params) error {
			params.SetKind(kind)
			return params.SetReason("for a reason")
		})
		s.later(release)
		pipelined := s.addLater(future.Counter(), 0)
		expectFailure(s, future.Struct, kind, "for a reason")
		expectFailure(s, pipelined.Struct, kind, "for a reason")
	}
	s.expectUsable()
}

func callbackFailures(s *stage) {
	for _, kind := range []interop.Kind{interop.Kind_failed, interop.Kind_overloaded, interop.Kind_unimplemented} {
		listener := objects.NewListener(&s.ledger, func(context.Context, uint32) error {
			return objects.ErrorOf(kind, "our reason")
		})
		expectFailure(s, s.relay(s.ctx, listener).Struct, kind, "our reason")
	}
}

func unknownMethods(s *stage) {
	expectFailure(s, s.addLater(interop.Counter(s.interop), 0).Struct, interop.Kind_unimplemented, "")
	// A method number beyond the interface's last.
	answer, release := capnp.Client(s.interop).SendCall(s.ctx, capnp.Send{
		Method: capnp.Method{InterfaceID: interop.Interop_TypeID, MethodID: 999},
	})
	s.later(release)
	expectFailure(s, answer.Struct, interop.Kind_unimplemented, "")
}

func earlyPipeline(s *stage) {
	gate := make(chan struct{})
	future, release := s.interop.Early(s.ctx, func(params interop.Interop_early_Params) error {
		return params.SetGate(objects.NewListener(&s.ledger, func(ctx context.Context, _ uint32) error {
			select {
			case <-gate:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
	})
	s.later(release)
	expect(s, "the total before the call returned", s.add(future.Counter(), 1), 101)
	close(gate)
	expect(s, "the total after", s.add(wait(s, future.Struct).Counter(), 1), 102)
}

// The server must end the connection when `hang` is called.
func serverLeaves(s *stage) {
	counter := s.newCounter(0)
	expectFailure(s, s.hang(s.ctx).Struct, interop.Kind_disconnected, "")
	expectFailure(s, s.addLater(counter, 0).Struct, interop.Kind_disconnected, "")
}

// Somebody must end the server, or this program.
func hangForever(s *stage) {
	hanging := s.hang(s.ctx)
	fmt.Println("hanging")
	_, err := hanging.Struct()
	if objects.KindOf(err) != interop.Kind_disconnected {
		s.failf("not disconnected but %w", err)
	}
	s.remark = "disconnected"
}
