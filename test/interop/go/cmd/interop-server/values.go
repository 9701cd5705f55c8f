package main

import (
	"context"
	"fmt"

	"capwire/interop/build/interop"
)

func (s *service) Echo(_ context.Context, call interop.Interop_echo) error {
	blob, err := call.Args().Blob()
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetBlob(blob)
}

func (s *service) EchoValues(_ context.Context, call interop.Interop_echoValues) error {
	values, err := call.Args().Values()
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetValues(values)
}

func (s *service) Tree(_ context.Context, call interop.Interop_tree) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	root, err := results.NewRoot()
	if err != nil {
		return err
	}
	return grow(root, "0", call.Args().Depth(), call.Args().FanOut())
}

func grow(node interop.Tree, label string, depth, fanOut uint32) error {
	if err := node.SetLabel(label); err != nil {
		return err
	}
	if depth == 0 {
		return nil
	}
	children, err := node.NewChildren(int32(fanOut))
	if err != nil {
		return err
	}
	for i := 0; i < children.Len(); i++ {
		if err := grow(children.At(i), fmt.Sprintf("%s.%d", label, i), depth-1, fanOut); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) Anything(_ context.Context, call interop.Interop_anything) error {
	object, err := call.Args().Object()
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetObject(object)
}
