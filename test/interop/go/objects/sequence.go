package objects

import (
	"context"

	"capwire/interop/build/interop"
)

type sequence struct {
	ledger           *Ledger
	count, misplaced uint32
}

// NewSequence makes a sequence that counts as live until nobody holds it.
func NewSequence(ledger *Ledger) interop.Sequence {
	ledger.LiveSequences.Add(1)
	return interop.Sequence_ServerToClient(&sequence{ledger: ledger})
}

func (s *sequence) Shutdown() {
	s.ledger.LiveSequences.Add(-1)
}

func (s *sequence) Next(_ context.Context, call interop.Sequence_next) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	if call.Args().Expected() != s.count {
		s.misplaced++
	}
	results.SetNumber(s.count)
	s.count++
	return nil
}

func (s *sequence) State(_ context.Context, call interop.Sequence_state) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetCount(s.count)
	results.SetMisplaced(s.misplaced)
	return nil
}
