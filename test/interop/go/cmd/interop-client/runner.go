package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capnproto.org/go/capnp/v3/rpc"

	"capwire/interop/build/interop"
	"capwire/interop/endpoint"
)

// A scenario is one story told to a server: it makes calls, waits, and fails its stage when an answer is not what it must
// be.
type scenario struct {
	name string
	run  func(s *stage)
	// onlyWhenNamed: it needs a server that does something unusual.
	onlyWhenNamed bool
	// cannot says why the library cannot tell this story.
	cannot string
}

type runner struct {
	address  string
	isShared bool
	conn     *rpc.Conn
}

// run prints the verdict and says whether it is a good one.
func (r *runner) run(scenario scenario) bool {
	if scenario.cannot != "" {
		fmt.Println("cannot", scenario.name, scenario.cannot)
		return true
	}
	remark, err := r.tell(scenario)
	if err != nil {
		fmt.Println("FAIL", scenario.name, strings.ReplaceAll(err.Error(), "\n", " "))
		return false
	}
	fmt.Println(strings.TrimSpace("ok " + scenario.name + " " + remark))
	return true
}

func (r *runner) tell(scenario scenario) (remark string, err error) {
	if r.conn == nil {
		if r.conn, err = endpoint.Dial(r.address); err != nil {
			return "", err
		}
	}
	if r.isShared {
		// The library sends a Finish a quarter of a second after the Return; the server's tables shall be empty before the next.
		defer time.Sleep(300 * time.Millisecond)
	} else {
		defer func() {
			r.conn.Close()
			r.conn = nil
		}()
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &stage{ctx: ctx, interop: interop.Interop(r.conn.Bootstrap(ctx))}
	defer s.interop.Release()
	defer s.releaseAll()
	defer cancel() // what is still under way must end before it can be released
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case failure:
			err = failed
		default:
			panic(failed)
		}
	}()
	scenario.run(s)
	return s.remark, nil
}
