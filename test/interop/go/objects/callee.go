package objects

import (
	"context"

	"capwire/interop/build/interop"
)

type callee struct {
	ledger *Ledger
	by     string
}

// NewCallee makes a callee whose results say that by ran it.
func NewCallee(ledger *Ledger, by string) interop.Callee {
	return interop.Callee_ServerToClient(&callee{ledger: ledger, by: by})
}

func (c *callee) Called(_ context.Context, call interop.Callee_called) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetNumber(call.Args().Number())
	if err := results.SetBy(c.by); err != nil {
		return err
	}
	return results.SetSequence(NewSequence(c.ledger))
}

type hangingCallee struct {
	ledger *Ledger
}

// NewHangingCallee makes a callee that never answers and notices when it is cancelled.
func NewHangingCallee(ledger *Ledger) interop.Callee {
	return interop.Callee_ServerToClient(&hangingCallee{ledger: ledger})
}

func (c *hangingCallee) Called(ctx context.Context, call interop.Callee_called) error {
	call.Go()
	return c.ledger.Hang(ctx)
}
