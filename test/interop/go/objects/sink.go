package objects

import (
	"context"

	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
)

// sink works off its writes one after the other: none of its methods calls Go.
type sink struct {
	gate      interop.Listener // null once it is open
	byteCount uint64
	writes    uint32
	failure   error // the first one; the library reports a failed write to nobody but its caller
}

// NewSink makes a sink whose first write ends only when gate, if it is not null, has heard of it. It takes the gate.
func NewSink(gate interop.Listener) interop.Sink {
	return interop.Sink_ServerToClient(&sink{gate: gate})
}

func (s *sink) Shutdown() {
	s.gate.Release()
}

func (s *sink) Write(ctx context.Context, call interop.Sink_write) error {
	if s.failure == nil {
		s.failure = s.write(ctx, call)
	}
	return s.failure
}

func (s *sink) write(ctx context.Context, call interop.Sink_write) error {
	bytes, err := call.Args().Bytes()
	if err != nil {
		return err
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if len(bytes) == 0 {
		return exc.New(exc.Failed, "", "nothing to write")
	}
	s.byteCount += uint64(len(bytes))
	s.writes++
	return nil
}

func (s *sink) open(ctx context.Context) error {
	if !s.gate.IsValid() {
		return nil
	}
	defer func() {
		s.gate.Release()
		s.gate = interop.Listener{}
	}()
	heard, release := s.gate.Heard(ctx, nil)
	defer release()
	_, err := heard.Struct()
	return err
}

func (s *sink) Done(_ context.Context, call interop.Sink_done) error {
	if s.failure != nil {
		return s.failure
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetByteCount(s.byteCount)
	results.SetWrites(s.writes)
	return nil
}
