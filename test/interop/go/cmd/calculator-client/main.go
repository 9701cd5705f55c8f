// Command calculator-client makes the calls of the calculator example and prints "ok NAME VALUE…" or "FAIL NAME REASON" for
// each step. Exits with 1 if one failed.
package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"time"

	"capwire/interop/build/calculator"
	"capwire/interop/endpoint"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ADDRESS\n", os.Args[0])
		os.Exit(2)
	}
	good, err := run(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if !good {
		os.Exit(1)
	}
}

func run(address string) (good bool, err error) {
	conn, err := endpoint.Dial(address)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	good = true
	for _, step := range steps {
		good = tell(step, calculator.Calculator(conn.Bootstrap(context.Background()))) && good
	}
	return good, nil
}

func tell(step step, server calculator.Calculator) bool {
	defer server.Release()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	values, err := func() ([]float64, error) {
		client := &client{ctx: ctx, calculator: server}
		defer client.releaseAll()
		defer cancel()
		return step.run(client)
	}()
	if err == nil && !reflect.DeepEqual(values, step.expected) {
		err = fmt.Errorf("not %v but %v", step.expected, values)
	}
	if err != nil {
		fmt.Println("FAIL", step.name, err)
		return false
	}
	fmt.Print("ok ", step.name)
	for _, value := range values {
		fmt.Print(" ", value)
	}
	fmt.Println()
	return true
}
