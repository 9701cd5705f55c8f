package main

import (
	"context"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

func (s *service) Reflect(_ context.Context, call interop.Interop_reflect) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetSequence(call.Args().Sequence().AddRef())
}

func (s *service) NewPromise(_ context.Context, call interop.Interop_newPromise) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	promise := objects.NewPromise()
	if err := results.SetSequence(promise.Sequence()); err != nil {
		return err
	}
	return results.SetResolver(objects.NewResolver(promise))
}

func (s *service) NewSequence(_ context.Context, call interop.Interop_newSequence) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetSequence(objects.NewSequence(&s.ledger))
}

func (s *service) Drive(ctx context.Context, call interop.Interop_drive) error {
	call.Go()
	args := call.Args()
	sequence := args.Sequence()
	var numbers []interop.Sequence_next_Results_Future
	next := func(count uint32) (release func()) {
		var releases []func()
		for ; count > 0; count-- {
			future, release := sequence.Next(ctx, func(params interop.Sequence_next_Params) error {
				params.SetExpected(uint32(len(numbers)))
				return nil
			})
			numbers = append(numbers, future)
			releases = append(releases, release)
		}
		return func() {
			for _, release := range releases {
				release()
			}
		}
	}

	defer next(args.Before())()
	heard, release := args.Listener().Heard(ctx, func(params interop.Listener_heard_Params) error {
		params.SetNumber(args.Before())
		return nil
	})
	defer release()
	defer next(args.During())()
	if err := sequence.Resolve(ctx); err != nil {
		return err
	}
	defer next(args.After())()

	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	list, err := results.NewNumbers(int32(len(numbers)))
	if err != nil {
		return err
	}
	for i, future := range numbers {
		number, err := future.Struct()
		if err != nil {
			return err
		}
		list.Set(i, number.Number())
	}
	_, err = heard.Struct()
	return err
}
