// Package objects holds the objects of interop.capnp that both programs need: the server hands them out, the client
// passes its own. Each counts itself in a Ledger while somebody holds it, so that a scenario sees whether the other
// side gave back what it held.
package objects

import (
	"context"
	"sync/atomic"
)

// Ledger counts what is alive or happened. Objects of different connections' goroutines share one.
type Ledger struct {
	LiveCounters  atomic.Int32
	LiveSequences atomic.Int32
	Hanging       atomic.Int32
	Cancelled     atomic.Int32
	// Heard counts the calls that listeners received.
	Heard atomic.Int32
}

// Hang ends only with ctx. It counts as hanging until then and as cancelled from then on.
func (l *Ledger) Hang(ctx context.Context) error {
	l.Hanging.Add(1)
	<-ctx.Done()
	l.Hanging.Add(-1)
	l.Cancelled.Add(1)
	return ctx.Err()
}
