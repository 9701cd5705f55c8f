package main

import (
	"context"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/calculator"
)

type operator calculator.Calculator_Operator

func (o operator) Call(_ context.Context, call calculator.Calculator_Function_call) error {
	params, err := call.Args().Params()
	if err != nil {
		return err
	}
	if params.Len() != 2 {
		return failed("an operator takes two arguments, not %d", params.Len())
	}
	number, err := o.apply(params.At(0), params.At(1))
	if err != nil {
		return err
	}
	return answer(call, number)
}

func (o operator) apply(left, right float64) (float64, error) {
	switch calculator.Calculator_Operator(o) {
	case calculator.Calculator_Operator_add:
		return left + right, nil
	case calculator.Calculator_Operator_subtract:
		return left - right, nil
	case calculator.Calculator_Operator_multiply:
		return left * right, nil
	case calculator.Calculator_Operator_divide:
		return left / right, nil
	default:
		return 0, failed("an operator this server does not know: %d", o)
	}
}

type definedFunction struct {
	paramCount int
	body       calculator.Calculator_Expression
}

func (f *definedFunction) Shutdown() {
	f.body.Message().Release()
}

func (f *definedFunction) Call(ctx context.Context, call calculator.Calculator_Function_call) error {
	params, err := call.Args().Params()
	if err != nil {
		return err
	}
	if params.Len() != f.paramCount {
		return failed("the function takes %d arguments, not %d", f.paramCount, params.Len())
	}
	call.Go()
	number, err := compute(ctx, f.body, numbers(params))
	if err != nil {
		return err
	}
	return answer(call, number)
}

func answer(call calculator.Calculator_Function_call, number float64) error {
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	results.SetValue(number)
	return nil
}

func numbers(list capnp.Float64List) []float64 {
	numbers := make([]float64, list.Len())
	for i := range numbers {
		numbers[i] = list.At(i)
	}
	return numbers
}
