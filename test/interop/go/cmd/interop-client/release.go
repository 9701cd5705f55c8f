package main

import (
	"capwire/interop/build/interop"
)

// Capabilities as things that are let go.
var releaseScenarios = []scenario{
	{name: "dropped-results-free-the-servers-objects", run: droppedResults},
	{name: "a-dropped-capability-frees-the-servers-object", run: droppedCapability},
	{name: "our-objects-are-freed-after-the-call", run: func(s *stage) { sumOurCounters(s, 3, 3) }},
	{name: "ten-thousand-capabilities-are-released", run: tenThousandOfTheirs},
	{name: "ten-thousand-of-our-capabilities-are-released", run: func(s *stage) { sumOurCounters(s, 10_000, 49_995_000) }},
}

func droppedResults(s *stage) {
	before := s.activity().liveCounters
	counters, release := s.newCounters(10)
	borrowed, err := counters.At(3)
	s.check(err)
	third := borrowed.AddRef()
	expect(s, "the server's count", s.activity().liveCounters, before+10)
	release()
	s.until("nine counters are gone", func() bool { return s.activity().liveCounters == before+1 })
	expect(s, "the total", s.add(third, 0), 3)
	third.Release()
	s.until("all counters are gone", func() bool { return s.activity().liveCounters == before })
}

func droppedCapability(s *stage) {
	before := s.activity().liveCounters
	future, release := s.interop.NewCounter(s.ctx, func(params interop.Interop_newCounter_Params) error {
		params.SetStart(3)
		return nil
	})
	expect(s, "the total", s.add(future.Counter(), 1), 4)
	release()
	s.until("the counter is gone", func() bool { return s.activity().liveCounters == before })
}

// One by one, not with the results they came in.
func tenThousandOfTheirs(s *stage) {
	before := s.activity().liveCounters
	list, release := s.newCounters(10_000)
	var counters []interop.Counter
	for i := 0; i < list.Len(); i++ {
		counter, err := list.At(i)
		s.check(err)
		counters = append(counters, counter.AddRef())
	}
	release()
	for _, i := range []int{0, 5000, 9999} {
		expect(s, "the total", s.add(counters[i], 1), int64(i+1))
	}
	expect(s, "the server's count", s.activity().liveCounters, before+10_000)
	for _, counter := range counters {
		counter.Release()
	}
	s.until("all counters are gone", func() bool { return s.activity().liveCounters == before })
}

func sumOurCounters(s *stage, count int, total int64) {
	var counters []interop.Counter
	for i := 0; i < count; i++ {
		counters = append(counters, s.counter(int64(i)))
	}
	expect(s, "the sum", s.sumCounters(counters...), total)
	s.until("the server gave our counters back", func() bool { return s.ledger.LiveCounters.Load() == 0 })
}
