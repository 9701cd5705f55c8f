package objects

import (
	"context"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
)

type resolver struct {
	promise capnp.Resolver[interop.Sequence]
	decided bool
}

// NewPromise makes a sequence that is a promise until the resolver beside it says what it is.
func NewPromise() (interop.Sequence, interop.Resolver) {
	promised, promise := capnp.NewLocalPromise[interop.Sequence]()
	return promised, interop.Resolver_ServerToClient(&resolver{promise: promise})
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
	if r.decided {
		return exc.New(exc.Failed, "", "the promise is already decided")
	}
	r.decided = true
	return nil
}
