package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"capwire/interop/build/calculator"
)

// compute is the value of an expression. What it calls runs concurrently.
func compute(ctx context.Context, expression calculator.Calculator_Expression, arguments []float64) (float64, error) {
	switch expression.Which() {
	case calculator.Calculator_Expression_Which_literal:
		return expression.Literal(), nil
	case calculator.Calculator_Expression_Which_previousResult:
		return read(ctx, expression.PreviousResult())
	case calculator.Calculator_Expression_Which_parameter:
		if int(expression.Parameter()) >= len(arguments) {
			return 0, failed("the function has no argument %d", expression.Parameter())
		}
		return arguments[expression.Parameter()], nil
	case calculator.Calculator_Expression_Which_call:
		return computeCall(ctx, expression.Call(), arguments)
	default:
		return 0, failed("an expression of a kind this server does not know: %d", expression.Which())
	}
}

func read(ctx context.Context, value calculator.Calculator_Value) (float64, error) {
	future, release := value.Read(ctx, nil)
	defer release()
	results, err := future.Struct()
	if err != nil {
		return 0, err
	}
	return results.Value(), nil
}

func computeCall(ctx context.Context, call calculator.Calculator_Expression_call, arguments []float64) (float64, error) {
	params, err := call.Params()
	if err != nil {
		return 0, err
	}
	values := make([]float64, params.Len())
	group, groupCtx := errgroup.WithContext(ctx)
	for i := range values {
		i := i
		group.Go(func() (err error) {
			values[i], err = compute(groupCtx, params.At(i), arguments)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	future, release := call.Function().Call(ctx, func(params calculator.Calculator_Function_call_Params) error {
		list, err := params.NewParams(int32(len(values)))
		if err != nil {
			return err
		}
		for i, value := range values {
			list.Set(i, value)
		}
		return nil
	})
	defer release()
	results, err := future.Struct()
	if err != nil {
		return 0, err
	}
	return results.Value(), nil
}
