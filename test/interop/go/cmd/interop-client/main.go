// Command interop-client runs the named scenarios (without names: all ordinary ones) against a server of interop.capnp and
// prints "ok NAME", "FAIL NAME REASON" or "cannot NAME REASON" for each. `interop-client --list` prints the names. Exits
// with 1 if one failed. With CAPWIRE_ONE_CONNECTION=1 all scenarios share a connection, which must survive every one.
package main

import (
	"fmt"
	"os"
	"slices"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ADDRESS [SCENARIO...] | --list\n", os.Args[0])
		os.Exit(2)
	}
	scenarios := slices.Concat(
		valueScenarios, objectScenarios, callbackScenarios, releaseScenarios,
		promiseScenarios, driveScenarios, tailScenarios, callScenarios, streamScenarios,
	)
	address, chosen := os.Args[1], os.Args[2:]
	if address == "--list" {
		for _, scenario := range scenarios {
			fmt.Println(scenario.name)
		}
		return
	}
	runner := runner{address: address, isShared: os.Getenv("CAPWIRE_ONE_CONNECTION") != ""}
	good := true
	for _, scenario := range scenarios {
		if slices.Contains(chosen, scenario.name) || len(chosen) == 0 && !scenario.onlyWhenNamed {
			good = runner.run(scenario) && good
		}
	}
	if !good {
		os.Exit(1)
	}
}
