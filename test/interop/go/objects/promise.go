package objects

import (
	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
)

// Promise decides what a sequence is. What it becomes is kept by the library as long as the original reference to the
// sequence, not longer (calls under way would find null) and for ever if that is gone before the decision. So the original
// is the Promise's own, and whoever made it must Release it after everybody is done with the sequence.
type Promise struct {
	sequence interop.Sequence
	resolver capnp.Resolver[interop.Sequence]
}

// NewPromise makes a promise that must be decided once at most.
func NewPromise() *Promise {
	sequence, resolver := capnp.NewLocalPromise[interop.Sequence]()
	return &Promise{sequence: sequence, resolver: resolver}
}

// Sequence is a reference of the caller's own.
func (p *Promise) Sequence() interop.Sequence {
	return p.sequence.AddRef()
}

// Fulfill makes the sequence what target is, and takes that.
func (p *Promise) Fulfill(target interop.Sequence) {
	if !target.IsValid() {
		// In v3.1.0-alpha.2 it panics to become null while calls wait (go-capnp #617).
		p.Reject(exc.New(exc.Failed, "", "the promise has become null"))
		return
	}
	p.resolver.Fulfill(target)
}

// Reject makes all calls on the sequence fail with err.
func (p *Promise) Reject(err error) {
	p.resolver.Reject(err)
}

// Release lets go of what the sequence has become.
func (p *Promise) Release() {
	p.sequence.Release()
}
