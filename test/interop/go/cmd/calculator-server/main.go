// Command calculator-server serves examples/calculator/calculator.capnp until standard input ends. See package endpoint
// for addresses.
package main

import (
	"fmt"
	"os"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/calculator"
	"capwire/interop/endpoint"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ADDRESS\n", os.Args[0])
		os.Exit(2)
	}
	bootstrap := func() capnp.Client {
		return capnp.Client(calculator.Calculator_ServerToClient(service{}))
	}
	if err := endpoint.Serve(os.Args[1], bootstrap); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
