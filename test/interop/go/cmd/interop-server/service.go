package main

import (
	"context"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// service is the bootstrap object of one connection. Methods that wait for somebody call Go, so that the ones that come
// after them need not wait, too; the others run one at a time.
type service struct {
	ledger objects.Ledger
	held   interop.Counter
}

func newService() capnp.Client {
	s := new(service)
	return capnp.NewClient(&earlyHook{Server: interop.Interop_NewServer(s), service: s})
}

func (s *service) Shutdown() {
	s.held.Release()
}

func (s *service) Hold(_ context.Context, call interop.Interop_hold) error {
	s.held.Release()
	s.held = call.Args().Counter().AddRef()
	return nil
}

func (s *service) Held(_ context.Context, call interop.Interop_held) error {
	counter, err := s.theHeld()
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetCounter(counter)
}

func (s *service) CallHeld(ctx context.Context, call interop.Interop_callHeld) error {
	counter, err := s.theHeld()
	if err != nil {
		return err
	}
	defer counter.Release()
	call.Go()
	total, err := add(ctx, counter, call.Args().Amount())
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetTotal(total)
	return nil
}

func (s *service) LetGo(context.Context, interop.Interop_letGo) error {
	s.held.Release()
	s.held = interop.Counter{}
	return nil
}

// theHeld is a reference of the caller's own.
func (s *service) theHeld() (interop.Counter, error) {
	if !s.held.IsValid() {
		return interop.Counter{}, exc.New(exc.Failed, "", "nothing is held")
	}
	return s.held.AddRef(), nil
}

func (s *service) Activity(_ context.Context, call interop.Interop_activity) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetLiveCounters(uint32(s.ledger.LiveCounters.Load()))
	results.SetLiveSequences(uint32(s.ledger.LiveSequences.Load()))
	results.SetHanging(uint32(s.ledger.Hanging.Load()))
	results.SetCancelled(uint32(s.ledger.Cancelled.Load()))
	return nil
}

func add(ctx context.Context, counter interop.Counter, amount int64) (total int64, err error) {
	future, release := counter.Add(ctx, func(params interop.Counter_add_Params) error {
		params.SetAmount(amount)
		return nil
	})
	defer release()
	results, err := future.Struct()
	if err != nil {
		return 0, err
	}
	return results.Total(), nil
}
