package main

import (
	"context"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/exc"
	"capnproto.org/go/capnp/v3/server"

	"capwire/interop/build/interop"
)

// methodEarly is the number of Interop.early.
const methodEarly = 20

// earlyHook is the service's server, but the pipeline of Interop.early has its counter before that call returns. Generated
// code has no words for this; the hook, to which calls are delivered, does.
type earlyHook struct {
	*server.Server
	service *service
}

type earlyCounterKey struct{}

// Recv is how calls from other vats arrive.
func (h *earlyHook) Recv(ctx context.Context, call capnp.Recv) capnp.PipelineCaller {
	if call.Method.InterfaceID != interop.Interop_TypeID || call.Method.MethodID != methodEarly {
		return h.Server.Recv(ctx, call)
	}
	counter := h.service.newCounter(100)
	call.Returner = &earlyReturner{Returner: call.Returner, counter: counter}
	h.Server.Recv(context.WithValue(ctx, earlyCounterKey{}, counter), call)
	return earlyPipeline{counter: capnp.Client(counter)}
}

// Early finds its counter in ctx, where earlyHook has put it.
func (s *service) Early(ctx context.Context, call interop.Interop_early) error {
	counter, ok := ctx.Value(earlyCounterKey{}).(interop.Counter)
	if !ok {
		return exc.New(exc.Unimplemented, "", "early is for calls from other vats")
	}
	call.Go()
	if _, err := hear(ctx, call.Args().Gate(), 0); err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetCounter(counter.AddRef())
}

// earlyReturner lets go of the pipeline's counter when no calls can arrive there any more.
type earlyReturner struct {
	capnp.Returner
	counter interop.Counter
}

func (r *earlyReturner) Return() {
	r.Returner.Return()
	r.counter.Release()
}

// earlyPipeline takes the calls on what Interop.early will return. Its one pointer is the counter.
type earlyPipeline struct {
	counter capnp.Client
}

func (p earlyPipeline) PipelineSend(
	ctx context.Context, path []capnp.PipelineOp, call capnp.Send,
) (*capnp.Answer, capnp.ReleaseFunc) {
	if err := checkPath(path); err != nil {
		return capnp.ErrorAnswer(call.Method, err), func() {}
	}
	return p.counter.SendCall(ctx, call)
}

func (p earlyPipeline) PipelineRecv(
	ctx context.Context, path []capnp.PipelineOp, call capnp.Recv,
) capnp.PipelineCaller {
	if err := checkPath(path); err != nil {
		call.Reject(err)
		return nil
	}
	return p.counter.RecvCall(ctx, call)
}

func checkPath(path []capnp.PipelineOp) error {
	if len(path) != 1 || path[0].Field != 0 {
		return exc.New(exc.Failed, "", "early returns no such capability")
	}
	return nil
}
