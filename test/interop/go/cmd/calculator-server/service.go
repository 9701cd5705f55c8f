package main

import (
	"context"
	"fmt"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/calculator"
)

type service struct{}

func (service) Evaluate(ctx context.Context, call calculator.Calculator_evaluate) error {
	expression, err := call.Args().Expression()
	if err != nil {
		return err
	}
	call.Go()
	number, err := compute(ctx, expression, nil)
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetValue(calculator.Calculator_Value_ServerToClient(value(number)))
}

func (service) DefFunction(_ context.Context, call calculator.Calculator_defFunction) error {
	source, err := call.Args().Body()
	if err != nil {
		return err
	}
	body, err := keep(source)
	if err != nil {
		return err
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	function := &definedFunction{paramCount: int(call.Args().ParamCount()), body: body}
	return results.SetFunc(calculator.Calculator_Function_ServerToClient(function))
}

// keep copies an expression to a message of its own, which holds its capabilities, too.
func keep(source calculator.Calculator_Expression) (calculator.Calculator_Expression, error) {
	message, _ := capnp.NewMultiSegmentMessage(nil)
	if err := message.SetRoot(source.ToPtr()); err != nil {
		return calculator.Calculator_Expression{}, err
	}
	return calculator.ReadRootCalculator_Expression(message)
}

func (service) GetOperator(_ context.Context, call calculator.Calculator_getOperator) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	return results.SetFunc(calculator.Calculator_Function_ServerToClient(operator(call.Args().Op())))
}

type value float64

func (v value) Read(_ context.Context, call calculator.Calculator_Value_read) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetValue(float64(v))
	return nil
}

func failed(format string, args ...any) error {
	return exc.New(exc.Failed, "", fmt.Sprintf(format, args...))
}
