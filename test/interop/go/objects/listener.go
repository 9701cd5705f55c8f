package objects

import (
	"context"
	"fmt"

	"capwire/interop/build/interop"
)

type listener struct {
	ledger *Ledger
	then   func(ctx context.Context, number uint32) error
}

// NewListener makes a listener that answers "heard N". What it does before is up to then, which may be nil.
func NewListener(ledger *Ledger, then func(ctx context.Context, number uint32) error) interop.Listener {
	return interop.Listener_ServerToClient(&listener{ledger: ledger, then: then})
}

// NewHangingListener makes a listener that never answers and notices when it is cancelled.
func NewHangingListener(ledger *Ledger) interop.Listener {
	return NewListener(ledger, func(ctx context.Context, _ uint32) error { return ledger.Hang(ctx) })
}

func (l *listener) Heard(ctx context.Context, call interop.Listener_heard) error {
	number := call.Args().Number()
	l.ledger.Heard.Add(1)
	if l.then != nil {
		call.Go() // then may wait for somebody who calls us
		if err := l.then(ctx, number); err != nil {
			return err
		}
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetAnswer(fmt.Sprint("heard ", number))
}
