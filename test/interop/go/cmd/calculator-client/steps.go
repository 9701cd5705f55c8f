package main

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"capwire/interop/build/calculator"
)

type step struct {
	name     string
	expected []float64
	run      func(c *client) ([]float64, error)
}

var steps = []step{
	{"literal", []float64{123}, func(c *client) ([]float64, error) { return c.read(c.evaluate(literal(123))) }},
	{"add-and-subtract", []float64{101}, addAndSubtract},
	{"deferred-reads", []float64{27, 29}, deferredReads},
	{"defined-functions", []float64{1234, 4244}, definedFunctions},
	{"callback", []float64{512}, callback},
}

func addAndSubtract(c *client) ([]float64, error) {
	add, subtract := c.operator(calculator.Calculator_Operator_add), c.operator(calculator.Calculator_Operator_subtract)
	return c.read(c.evaluate(call(subtract, call(add, literal(123), literal(45)), literal(67))))
}

func deferredReads(c *client) ([]float64, error) {
	add, multiply := c.operator(calculator.Calculator_Operator_add), c.operator(calculator.Calculator_Operator_multiply)
	product := previous(c.evaluate(call(multiply, literal(4), literal(6))))
	return c.read(c.evaluate(call(add, product, literal(3))), c.evaluate(call(add, product, literal(5))))
}

func definedFunctions(c *client) ([]float64, error) {
	add, multiply := c.operator(calculator.Calculator_Operator_add), c.operator(calculator.Calculator_Operator_multiply)
	// f(x, y) = x * 100 + y
	f := c.define(2, call(add, call(multiply, parameter(0), literal(100)), parameter(1)))
	// g(x) = f(x, x + 1) * 2
	g := c.define(1, call(multiply, call(f, parameter(0), call(add, parameter(0), literal(1))), literal(2)))
	return c.read(c.evaluate(call(f, literal(12), literal(34))), c.evaluate(call(g, literal(21))))
}

// power is a function that lives here.
type power struct {
	calls atomic.Int32
}

func (p *power) Call(_ context.Context, call calculator.Calculator_Function_call) error {
	params, err := call.Args().Params()
	if err != nil {
		return err
	}
	if params.Len() != 2 {
		return fmt.Errorf("pow takes two arguments, not %d", params.Len())
	}
	results, err := call.AllocResults()
	if err != nil {
		return err
	}
	p.calls.Add(1)
	results.SetValue(math.Pow(params.At(0), params.At(1)))
	return nil
}

func callback(c *client) ([]float64, error) {
	ours := new(power)
	pow := calculator.Calculator_Function_ServerToClient(ours)
	c.releases = append(c.releases, pow.Release)
	add := c.operator(calculator.Calculator_Operator_add)
	numbers, err := c.read(c.evaluate(call(pow, literal(2), call(add, literal(4), literal(5)))))
	if err == nil && ours.calls.Load() != 1 {
		err = fmt.Errorf("pow was called %d times", ours.calls.Load())
	}
	return numbers, err
}
