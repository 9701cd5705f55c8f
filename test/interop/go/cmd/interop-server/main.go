// Command interop-server serves interop.capnp's Interop until standard input ends. See package endpoint for addresses.
package main

import (
	"fmt"
	"os"

	"capwire/interop/endpoint"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ADDRESS\n", os.Args[0])
		os.Exit(2)
	}
	if err := endpoint.Serve(os.Args[1], newService); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
