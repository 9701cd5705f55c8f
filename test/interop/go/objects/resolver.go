package objects

import (
	"context"

	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
)

type resolver struct {
	promise   *Promise
	isDecided bool
}

// NewResolver makes the object that decides promise, which it takes.
func NewResolver(promise *Promise) interop.Resolver {
	return interop.Resolver_ServerToClient(&resolver{promise: promise})
}

func (r *resolver) Shutdown() {
	if r.once() == nil {
		r.promise.Reject(exc.New(exc.Failed, "", "nobody can decide the promise any more"))
	}
	r.promise.Release()
}

func (r *resolver) ResolveTo(_ context.Context, call interop.Resolver_resolveTo) error {
	if err := r.once(); err != nil {
		return err
	}
	r.promise.Fulfill(call.Args().Sequence().AddRef())
	return nil
}

func (r *resolver) Reject(_ context.Context, call interop.Resolver_reject) error {
	reason, err := call.Args().Reason()
	if err != nil {
		return err
	}
	if err := r.once(); err != nil {
		return err
	}
	r.promise.Reject(ErrorOf(call.Args().Kind(), reason))
	return nil
}

func (r *resolver) once() error {
	if r.isDecided {
		return exc.New(exc.Failed, "", "the promise is already decided")
	}
	r.isDecided = true
	return nil
}
