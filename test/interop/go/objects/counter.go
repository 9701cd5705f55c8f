package objects

import (
	"context"

	"capwire/interop/build/interop"
)

// counter needs no lock: its methods never call Go, so the library runs one at a time.
type counter struct {
	ledger *Ledger
	total  int64
}

// NewCounter makes a counter that starts at start and counts as live until nobody holds it.
func NewCounter(ledger *Ledger, start int64) interop.ResettableCounter {
	ledger.LiveCounters.Add(1)
	return interop.ResettableCounter_ServerToClient(&counter{ledger: ledger, total: start})
}

func (c *counter) Shutdown() {
	c.ledger.LiveCounters.Add(-1)
}

func (c *counter) Add(_ context.Context, call interop.Counter_add) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	c.total += call.Args().Amount()
	results.SetTotal(c.total)
	return nil
}

func (c *counter) Next(_ context.Context, call interop.Counter_next) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetCounter(interop.Counter(NewCounter(c.ledger, c.total+call.Args().Amount())))
}

func (c *counter) Reset(_ context.Context, call interop.ResettableCounter_reset) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetTotal(c.total)
	c.total = 0
	return nil
}
