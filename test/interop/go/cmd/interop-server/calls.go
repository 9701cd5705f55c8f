package main

import (
	"context"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

func (s *service) Notify(ctx context.Context, call interop.Interop_notify) error {
	call.Go()
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	answers, err := results.NewAnswers(int32(call.Args().Times()))
	if err != nil {
		return err
	}
	for i := 0; i < answers.Len(); i++ {
		answer, err := hear(ctx, call.Args().Listener(), uint32(i))
		if err != nil {
			return err
		}
		if err := answers.Set(i, answer); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) Relay(ctx context.Context, call interop.Interop_relay) error {
	call.Go()
	answer, err := hear(ctx, call.Args().Listener(), 0)
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetAnswer(answer)
}

func hear(ctx context.Context, listener interop.Listener, number uint32) (answer string, err error) {
	heard, release := listener.Heard(ctx, func(params interop.Listener_heard_Params) error {
		params.SetNumber(number)
		return nil
	})
	defer release()
	results, err := heard.Struct()
	if err != nil {
		return "", err
	}
	return results.Answer()
}

func (s *service) Tail(ctx context.Context, call interop.Interop_tail) error {
	return s.tail(ctx, call.Call, call.Args().Callee(), call.Args().Number())
}

func (s *service) TailLocal(ctx context.Context, call interop.Interop_tailLocal) error {
	callee := objects.NewCallee(&s.ledger, "server")
	defer callee.Release()
	return s.tail(ctx, call.Call, callee, call.Args().Number())
}

func (s *service) Hang(ctx context.Context, call interop.Interop_hang) error {
	call.Go()
	return s.ledger.Hang(ctx)
}

func (s *service) Fail(_ context.Context, call interop.Interop_fail) error {
	reason, err := call.Args().Reason()
	if err != nil {
		return err
	}
	return objects.ErrorOf(call.Args().Kind(), reason)
}

func (s *service) NewSink(_ context.Context, call interop.Interop_newSink) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetSink(objects.NewSink(interop.Listener{}))
}

func (s *service) NewGatedSink(_ context.Context, call interop.Interop_newGatedSink) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetSink(objects.NewSink(call.Args().Gate().AddRef()))
}
