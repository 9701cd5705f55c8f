package main

import (
	"context"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// The server calls us back.
var callbackScenarios = []scenario{
	{name: "a-callback-is-called", run: callback},
	{name: "a-callback-calls-the-server", run: callbackCallsBack},
	{name: "callbacks-nest-twenty-deep", run: nestedCallbacks},
}

func callback(s *stage) {
	future, release := s.interop.Notify(s.ctx, func(params interop.Interop_notify_Params) error {
		params.SetTimes(7)
		return params.SetListener(objects.NewListener(&s.ledger, nil))
	})
	s.later(release)
	answers, err := wait(s, future.Struct).Answers()
	s.check(err)
	expect(s, "the number of calls", s.ledger.Heard.Load(), 7)
	expect(s, "the number of answers", answers.Len(), 7)
	for i := 0; i < answers.Len(); i++ {
		answer, err := answers.At(i)
		s.check(err)
		expect(s, "the answer", answer, answerTo(i))
	}
}

// relay has the server call listener, which it takes.
func (s *stage) relay(ctx context.Context, listener interop.Listener) interop.Interop_relay_Results_Future {
	future, release := s.interop.Relay(ctx, func(params interop.Interop_relay_Params) error {
		return params.SetListener(listener)
	})
	s.later(release)
	return future
}

func expectHeard(s *stage, relayed interop.Interop_relay_Results_Future) {
	answer, err := wait(s, relayed.Struct).Answer()
	s.check(err)
	expect(s, "the answer", answer, answerTo(0))
}

// While the server waits for our answer, we call the server and wait for its answer.
func callbackCallsBack(s *stage) {
	listener := objects.NewListener(&s.ledger, func(ctx context.Context, _ uint32) error {
		future, release := s.interop.NewCounter(ctx, func(params interop.Interop_newCounter_Params) error {
			params.SetStart(9)
			return nil
		})
		defer release()
		added, release := future.Counter().Add(ctx, nil)
		defer release()
		results, err := added.Struct()
		if err != nil {
			return err
		}
		if results.Total() != 9 {
			return objects.ErrorOf(interop.Kind_failed, "the counter does not start at 9")
		}
		return nil
	})
	expectHeard(s, s.relay(s.ctx, listener))
}

func nestedCallbacks(s *stage) {
	var nested func(depth int) interop.Listener
	nested = func(depth int) interop.Listener {
		return objects.NewListener(&s.ledger, func(ctx context.Context, _ uint32) error {
			if depth == 1 {
				return nil
			}
			future, release := s.interop.Relay(ctx, func(params interop.Interop_relay_Params) error {
				return params.SetListener(nested(depth - 1))
			})
			defer release()
			results, err := future.Struct()
			if err != nil {
				return err
			}
			answer, err := results.Answer()
			if err == nil && answer != answerTo(0) {
				err = objects.ErrorOf(interop.Kind_failed, "the nested answer is "+answer)
			}
			return err
		})
	}
	expectHeard(s, s.relay(s.ctx, nested(20)))
	expect(s, "the number of calls", s.ledger.Heard.Load(), 20)
}
