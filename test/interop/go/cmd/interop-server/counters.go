package main

import (
	"context"
	"fmt"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

func (s *service) newCounter(start int64) interop.Counter {
	return interop.Counter(objects.NewCounter(&s.ledger, start))
}

func (s *service) NewCounter(_ context.Context, call interop.Interop_newCounter) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetCounter(s.newCounter(call.Args().Start()))
}

func (s *service) NewCounters(_ context.Context, call interop.Interop_newCounters) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	counters, err := results.NewCounters(int32(call.Args().Count()))
	if err != nil {
		return err
	}
	for i := 0; i < counters.Len(); i++ {
		if err := counters.Set(i, s.newCounter(int64(i))); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) SumCounters(ctx context.Context, call interop.Interop_sumCounters) error {
	counters, err := call.Args().Counters()
	if err != nil {
		return err
	}
	call.Go()
	var futures []interop.Counter_add_Results_Future
	for i := 0; i < counters.Len(); i++ {
		counter, err := counters.At(i)
		if err != nil {
			return err
		}
		if !counter.IsValid() {
			continue
		}
		future, release := counter.Add(ctx, nil)
		defer release()
		futures = append(futures, future)
	}
	var total int64
	for _, future := range futures {
		results, err := future.Struct()
		if err != nil {
			return err
		}
		total += results.Total()
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetTotal(total)
	return nil
}

func (s *service) Nest(_ context.Context, call interop.Interop_nest) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	box, err := results.NewBox()
	if err != nil {
		return err
	}
	for level := uint32(0); ; level++ {
		if err := s.fill(box, level); err != nil {
			return err
		}
		if level+1 >= call.Args().Depth() {
			return nil
		}
		if box, err = box.NewInner(); err != nil {
			return err
		}
	}
}

func (s *service) fill(box interop.Box, level uint32) error {
	counter := s.newCounter(int64(level))
	if err := box.SetUntyped(counter.AddRef().EncodeAsPtr(box.Segment())); err != nil {
		return err
	}
	if err := box.Content().SetCounter(counter); err != nil {
		return err
	}
	return box.Content().SetLabel(fmt.Sprint("box ", level))
}

func (s *service) Nothing(_ context.Context, call interop.Interop_nothing) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetIsNull(!call.Args().HasCounter())
	return nil
}
