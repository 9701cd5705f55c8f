package main

import (
	"context"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/server"

	"capwire/interop/build/interop"
)

// tail answers with what callee answers. The library knows no tail calls: it never asks for results to be kept where they
// are made (Call.sendResultsTo.yourself), so this waits for them and copies them.
func (s *service) tail(ctx context.Context, call *server.Call, callee interop.Callee, number int32) error {
	call.Go()
	future, release := callee.Called(ctx, func(params interop.Callee_called_Params) error {
		params.SetNumber(number)
		return nil
	})
	defer release()
	called, err := future.Struct()
	if err != nil {
		return err
	}
	results, err := call.AllocResults(capnp.Struct(called).Size())
	if err != nil {
		return err
	}
	return results.CopyFrom(capnp.Struct(called))
}
