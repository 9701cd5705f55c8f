package main

import (
	"context"
	"sync/atomic"

	"capnproto.org/go/capnp/v3/flowcontrol"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// Streams of calls that nobody waits for one by one.
var streamScenarios = []scenario{
	{name: "a-stream-of-writes-arrives", run: stream},
	{name: "a-slow-sink-holds-the-stream-back", run: slowSink},
	{name: "a-failed-write-fails-what-follows", run: failedWrite},
}

func (s *stage) newSink() interop.Sink {
	future, release := s.interop.NewSink(s.ctx, nil)
	s.later(release)
	return wait(s, future.Struct).Sink()
}

// write returns as soon as the sink's flow limiter lets more be written; without one, at once.
func (s *stage) write(sink interop.Sink, size int) error {
	return sink.Write(s.ctx, func(params interop.Sink_write_Params) error { return params.SetBytes(make([]byte, size)) })
}

func (s *stage) done(sink interop.Sink) interop.Sink_done_Results_Future {
	future, release := sink.Done(s.ctx, nil)
	s.later(release)
	return future
}

func stream(s *stage) {
	sink := s.newSink()
	for i := 0; i < 100; i++ {
		s.waitFor(func() error { return s.write(sink, 4096) })
	}
	done := wait(s, s.done(sink).Struct)
	expect(s, "the number of bytes", done.ByteCount(), 409600)
	expect(s, "the number of writes", done.Writes(), 100)
}

func slowSink(s *stage) {
	const total, size = 400, 32 * 1024
	gate := make(chan struct{})
	future, release := s.interop.NewGatedSink(s.ctx, func(params interop.Interop_newGatedSink_Params) error {
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
	sink := wait(s, future.Struct).Sink()
	sink.SetFlowLimiter(flowcontrol.NewFixedLimiter(128 * 1024)) // by default nothing is held back

	var written atomic.Int32
	writing := make(chan error, 1)
	go func() {
		for ; written.Load() < total; written.Add(1) {
			if err := s.write(sink, size); err != nil {
				writing <- err
				return
			}
		}
		writing <- nil
	}()
	s.until("the first write waits", func() bool { return s.ledger.Heard.Load() == 1 })
	if settled(written.Load) >= total {
		s.failf("nothing was held back")
	}
	close(gate)
	s.waitFor(func() error { return <-writing })
	done := wait(s, s.done(sink).Struct)
	expect(s, "the number of bytes", done.ByteCount(), total*size)
	expect(s, "the number of writes", done.Writes(), total)
}

func failedWrite(s *stage) {
	sink := s.newSink()
	s.check(s.write(sink, 0))
	expectFailure(s, s.done(sink).Struct, interop.Kind_failed, "nothing to write")
}
