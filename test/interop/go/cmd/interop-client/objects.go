package main

import (
	"fmt"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// Capabilities as things that are passed, called and compared.
var objectScenarios = []scenario{
	{name: "a-capability-in-results-is-called", run: capabilityInResults},
	{name: "inherited-methods-are-called", run: inheritedMethods},
	{name: "a-list-of-capabilities-is-returned", run: listInResults},
	{name: "a-list-of-capabilities-is-passed", run: listInParams},
	{name: "calls-are-pipelined-through-nested-fields", run: pipelineThroughNestedFields},
	{name: "a-pipeline-beyond-the-results-fails-alone", run: pipelineBeyondTheResults},
	{name: "calls-are-pipelined-in-a-chain", run: func(s *stage) { pipelineChain(s, 5, 16) }},
	{name: "calls-are-pipelined-through-thirty-nested-fields", run: deepPipeline},
	{name: "a-hundred-calls-are-pipelined-in-a-chain", run: func(s *stage) { pipelineChain(s, 100, 5051) }},
	{name: "a-pipelined-capability-is-a-parameter", run: pipelinedParameter},
	{name: "a-null-capability-stays-null", run: nullCapability},
	{name: "an-untyped-capability-comes-home", run: comesHome},
	{name: "a-held-capability-is-called-and-comes-home", run: heldCapability},
}

func capabilityInResults(s *stage) {
	future, release := s.interop.NewCounter(s.ctx, func(params interop.Interop_newCounter_Params) error {
		params.SetStart(40)
		return nil
	})
	s.later(release)
	counter := wait(s, future.Struct).Counter()
	expect(s, "the total", s.add(counter, 2), 42)
	expect(s, "the total", s.add(counter, -2), 40)
}

func inheritedMethods(s *stage) {
	counter := interop.ResettableCounter(s.newCounter(7))
	expect(s, "the total", s.add(interop.Counter(counter), 1), 8)
	reset, release := counter.Reset(s.ctx, nil)
	s.later(release)
	expect(s, "the total before the reset", wait(s, reset.Struct).Total(), 8)
	expect(s, "the total", s.add(interop.Counter(counter), 1), 1)
}

// newCounters is a list of the server's counters and what releases it.
func (s *stage) newCounters(count uint32) (capnp.CapList[interop.Counter], capnp.ReleaseFunc) {
	future, release := s.interop.NewCounters(s.ctx, func(params interop.Interop_newCounters_Params) error {
		params.SetCount(count)
		return nil
	})
	counters, err := wait(s, future.Struct).Counters()
	s.check(err)
	expect(s, "the number of counters", counters.Len(), int(count))
	return counters, release
}

func listInResults(s *stage) {
	counters, release := s.newCounters(20)
	s.later(release)
	for i := 0; i < counters.Len(); i++ {
		counter, err := counters.At(i)
		s.check(err)
		expect(s, "the total", s.add(counter, 100), int64(100+i))
	}
}

// sumCounters hands the server its references to counters.
func (s *stage) sumCounters(counters ...interop.Counter) int64 {
	future, release := s.interop.SumCounters(s.ctx, func(params interop.Interop_sumCounters_Params) error {
		list, err := params.NewCounters(int32(len(counters)))
		if err != nil {
			return err
		}
		for i, counter := range counters {
			if !counter.IsValid() {
				continue
			}
			if err := list.Set(i, counter); err != nil {
				return err
			}
		}
		return nil
	})
	defer release()
	return wait(s, future.Struct).Total()
}

func listInParams(s *stage) {
	theirs := s.newCounter(1000) // a promise of the server's own object
	ours := s.counter(20)
	other := s.counter(3)
	expect(s, "the sum", s.sumCounters(ours.AddRef(), theirs.AddRef(), ours, interop.Counter{}, other), 1043)
}

// counter is one of ours; whoever gets it owns it.
func (s *stage) counter(start int64) interop.Counter {
	return interop.Counter(objects.NewCounter(&s.ledger, start))
}

func (s *stage) nest(depth uint32) interop.Interop_nest_Results_Future {
	future, release := s.interop.Nest(s.ctx, func(params interop.Interop_nest_Params) error {
		params.SetDepth(depth)
		return nil
	})
	s.later(release)
	return future
}

func pipelineThroughNestedFields(s *stage) {
	nested := s.nest(4)
	innermost := nested.Box().Inner().Inner().Inner()
	typed := s.addLater(innermost.Content().Counter(), 10)
	untyped := s.addLater(interop.Counter(innermost.Untyped().Client()), 10)
	expect(s, "the total", wait(s, typed.Struct).Total(), 13)
	expect(s, "the total of the untyped one", wait(s, untyped.Struct).Total(), 23)
	box, err := wait(s, nested.Struct).Box()
	s.check(err)
	inner, err := box.Inner()
	s.check(err)
	label, err := inner.Content().Label()
	s.check(err)
	expect(s, "the label", label, "box 1")
}

func pipelineBeyondTheResults(s *stage) {
	beyond := s.nest(1).Box().Inner().Inner().Content().Counter()
	failureOf(s, s.addLater(beyond, 0).Struct)
	s.expectUsable()
}

func deepPipeline(s *stage) {
	box := s.nest(30).Box()
	for level := 1; level < 30; level++ {
		box = box.Inner()
	}
	expect(s, "the total", s.add(box.Content().Counter(), 1), 30)
}

func pipelineChain(s *stage, length, total int64) {
	counter := s.newCounter(1)
	for amount := int64(1); amount <= length; amount++ {
		future, release := counter.Next(s.ctx, func(params interop.Counter_next_Params) error {
			params.SetAmount(amount)
			return nil
		})
		s.later(release)
		counter = future.Counter()
	}
	expect(s, "the total", s.add(counter, 0), total)
}

func pipelinedParameter(s *stage) {
	expect(s, "the sum", s.sumCounters(s.newCounter(11).AddRef(), s.newCounter(31).AddRef()), 42)
}

func nullCapability(s *stage) {
	future, release := s.interop.Nothing(s.ctx, nil)
	s.later(release)
	results := wait(s, future.Struct)
	expect(s, "isNull", results.IsNull(), true)
	expect(s, "hasCounter", results.HasCounter(), false)
	failureOf(s, s.addLater(results.Counter(), 0).Struct)
	future, release = s.interop.Nothing(s.ctx, func(params interop.Interop_nothing_Params) error {
		return params.SetCounter(s.counter(0))
	})
	s.later(release)
	expect(s, "isNull of a counter", wait(s, future.Struct).IsNull(), false)
}

// The object that comes back is the one that went.
func comesHome(s *stage) {
	ours := owned(s, s.counter(1))
	future, release := s.interop.Anything(s.ctx, func(params interop.Interop_anything_Params) error {
		return params.SetObject(ours.AddRef().EncodeAsPtr(params.Segment()))
	})
	s.later(release)
	object, err := wait(s, future.Struct).Object()
	s.check(err)
	expectSame(s, interop.Counter{}.DecodeFromPtr(object), ours)
}

func expectSame(s *stage, got, want interop.Counter) {
	s.waitFor(func() error { return got.Resolve(s.ctx) })
	if !got.IsSame(want) {
		s.failf("a foreign object came back: %v", got)
	}
}

func heldCapability(s *stage) {
	ours := s.counter(5)
	defer func() { ours.Release() }()
	hold, release := s.interop.Hold(s.ctx, func(params interop.Interop_hold_Params) error {
		return params.SetCounter(ours.AddRef())
	})
	wait(s, hold.Struct)
	release()

	called, release := s.interop.CallHeld(s.ctx, func(params interop.Interop_callHeld_Params) error {
		params.SetAmount(3)
		return nil
	})
	expect(s, "the total", wait(s, called.Struct).Total(), 8)
	release()

	held, release := s.interop.Held(s.ctx, nil)
	expectSame(s, wait(s, held.Struct).Counter(), ours)
	release()

	ours.Release()
	s.activity()
	expect(s, "the number of our counters", s.ledger.LiveCounters.Load(), 1)
	letGo, release := s.interop.LetGo(s.ctx, nil)
	s.later(release)
	wait(s, letGo.Struct)
	s.until("the server gave our object back", func() bool { return s.ledger.LiveCounters.Load() == 0 })
}

func answerTo(number int) string {
	return fmt.Sprint("heard ", number)
}
