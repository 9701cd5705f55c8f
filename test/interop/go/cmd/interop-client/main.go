// Command interop-client runs the named scenarios (without names: all ordinary ones) against a server of interop.capnp and
// prints "ok NAME", "FAIL NAME REASON" or "cannot NAME REASON" for each. `interop-client --list` prints the names. Exits
// with 1 if one failed. With CAPWIRE_ONE_CONNECTION=1 all scenarios share a connection, which must survive every one.
package main

import (
	"fmt"
	"os"
)

// scenarioGroups has every story, in the order in which they are told.
var scenarioGroups = [][]scenario{
	valueScenarios, objectScenarios, callbackScenarios, releaseScenarios,
	promiseScenarios, driveScenarios, tailScenarios, callScenarios, streamScenarios,
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ADDRESS [SCENARIO...] | --list\n", os.Args[0])
		os.Exit(2)
	}
	address := os.Args[1]
	if address == "--list" {
		for _, scenario := range scenarios(nil) {
			fmt.Println(scenario.name)
		}
		return
	}
	runner := runner{address: address, isShared: os.Getenv("CAPWIRE_ONE_CONNECTION") != ""}
	good := true
	for _, scenario := range scenarios(chosen(os.Args[2:])) {
		good = runner.run(scenario) && good
	}
	if !good {
		os.Exit(1)
	}
}

// chosen says which scenarios are run if these names were given.
func chosen(names []string) func(scenario) bool {
	if len(names) == 0 {
		return func(s scenario) bool { return !s.onlyWhenNamed }
	}
	isNamed := map[string]bool{}
	for _, name := range names {
		isNamed[name] = true
	}
	return func(s scenario) bool { return isNamed[s.name] }
}

// scenarios is every scenario that isWanted, which may be nil for all.
func scenarios(isWanted func(scenario) bool) (all []scenario) {
	for _, group := range scenarioGroups {
		for _, scenario := range group {
			if isWanted == nil || isWanted(scenario) {
				all = append(all, scenario)
			}
		}
	}
	return all
}
