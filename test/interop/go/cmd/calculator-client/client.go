package main

import (
	"context"

	"capwire/interop/build/calculator"
)

type (
	expression = calculator.Calculator_Expression
	function   = calculator.Calculator_Function
)

// client is what a step works with. Whatever it hands out belongs to it.
type client struct {
	ctx        context.Context
	calculator calculator.Calculator
	releases   []func()
}

func (c *client) releaseAll() {
	for i := len(c.releases) - 1; i >= 0; i-- {
		c.releases[i]()
	}
}

func (c *client) operator(op calculator.Calculator_Operator) function {
	future, release := c.calculator.GetOperator(c.ctx, func(params calculator.Calculator_getOperator_Params) error {
		params.SetOp(op)
		return nil
	})
	c.releases = append(c.releases, release)
	return future.Func()
}

// evaluate is the value of what fill writes, not waited for.
func (c *client) evaluate(fill func(expression) error) calculator.Calculator_Value {
	future, release := c.calculator.Evaluate(c.ctx, func(params calculator.Calculator_evaluate_Params) error {
		target, err := params.NewExpression()
		if err != nil {
			return err
		}
		return fill(target)
	})
	c.releases = append(c.releases, release)
	return future.Value()
}

func (c *client) define(paramCount int32, fill func(expression) error) function {
	future, release := c.calculator.DefFunction(c.ctx, func(params calculator.Calculator_defFunction_Params) error {
		params.SetParamCount(paramCount)
		body, err := params.NewBody()
		if err != nil {
			return err
		}
		return fill(body)
	})
	c.releases = append(c.releases, release)
	return future.Func()
}

// read is a reading of every value, all on their way at once.
func (c *client) read(values ...calculator.Calculator_Value) ([]float64, error) {
	var futures []calculator.Calculator_Value_read_Results_Future
	for _, value := range values {
		future, release := value.Read(c.ctx, nil)
		c.releases = append(c.releases, release)
		futures = append(futures, future)
	}
	var numbers []float64
	for _, future := range futures {
		results, err := future.Struct()
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, results.Value())
	}
	return numbers, nil
}

func literal(number float64) func(expression) error {
	return func(target expression) error {
		target.SetLiteral(number)
		return nil
	}
}

func parameter(index uint32) func(expression) error {
	return func(target expression) error {
		target.SetParameter(index)
		return nil
	}
}

func previous(value calculator.Calculator_Value) func(expression) error {
	return func(target expression) error { return target.SetPreviousResult(value.AddRef()) }
}

// call writes a call of function with params.
func call(function function, params ...func(expression) error) func(expression) error {
	return func(target expression) error {
		target.SetCall()
		if err := target.Call().SetFunction(function.AddRef()); err != nil {
			return err
		}
		list, err := target.Call().NewParams(int32(len(params)))
		if err != nil {
			return err
		}
		for i, fill := range params {
			if err := fill(list.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
}
