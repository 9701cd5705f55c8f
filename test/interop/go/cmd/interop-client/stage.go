package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// patience is how long a scenario waits for anything.
const patience = 10 * time.Second

// stage is what a scenario works with: a bootstrap capability of its own and a ledger for the objects it passes.
type stage struct {
	ctx      context.Context // of all its calls; ends with the scenario
	interop  interop.Interop
	ledger   objects.Ledger
	remark   string // printed after a good verdict
	releases []func()
}

// failure is what a scenario that failed panics with.
type failure struct{ error }

func (s *stage) failf(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// check fails the scenario if err is not nil.
func (s *stage) check(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// expect fails the scenario if got is not want.
func expect[T comparable](s *stage, what string, got, want T) {
	if got != want {
		s.failf("%s is %v, not %v", what, got, want)
	}
}

// later releases something at the end of the scenario.
func (s *stage) later(release func()) {
	s.releases = append(s.releases, release)
}

func (s *stage) releaseAll() {
	for i := len(s.releases) - 1; i >= 0; i-- {
		s.releases[i]()
	}
}

type result[T any] struct {
	value T
	err   error
}

// outcome waits, if need be, for what get returns.
func outcome[T any](s *stage, get func() (T, error)) (T, error) {
	done := make(chan result[T], 1)
	go func() {
		value, err := get()
		done <- result[T]{value, err}
	}()
	select {
	case result := <-done:
		return result.value, result.err
	case <-time.After(patience):
		s.failf("nothing came within %s", patience)
		panic("unreachable")
	}
}

// wait is outcome for what must go well. It is made for a future's Struct method.
func wait[T any](s *stage, get func() (T, error)) T {
	value, err := outcome(s, get)
	s.check(err)
	return value
}

// waitFor waits for what has no value.
func (s *stage) waitFor(end func() error) {
	wait(s, func() (struct{}, error) { return struct{}{}, end() })
}

// failureOf is the error that the call ends with. Fails the scenario if it ends well.
func failureOf[T any](s *stage, get func() (T, error)) error {
	_, err := outcome(s, get)
	if err == nil {
		s.failf("the call should have failed")
	}
	return err
}

// expectFailure checks kind and reason of the error that the call ends with.
func expectFailure[T any](s *stage, get func() (T, error), kind interop.Kind, reason string) {
	err := failureOf(s, get)
	if objects.KindOf(err) != kind || !strings.Contains(err.Error(), reason) {
		s.failf("not %s %q but %s: %w", kind, reason, objects.KindOf(err), err)
	}
}

// until waits until condition holds, making a round trip to the server between two looks at it.
func (s *stage) until(what string, condition func() bool) {
	for attempt := 0; !condition(); attempt++ {
		if attempt == 100 {
			s.failf("this should have happened: %s", what)
		}
		s.activity()
		if attempt > 10 {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// settled waits until value has not changed for a tenth of a second, and says what it is then.
func settled(value func() int32) int32 {
	for {
		before := value()
		time.Sleep(100 * time.Millisecond)
		if value() == before {
			return before
		}
	}
}

// activity is what the server counted so far.
func (s *stage) activity() (counts struct{ liveCounters, hanging, cancelled uint32 }) {
	future, release := s.interop.Activity(s.ctx, nil)
	defer release()
	activity := wait(s, future.Struct)
	counts.liveCounters, counts.hanging, counts.cancelled = activity.LiveCounters(), activity.Hanging(), activity.Cancelled()
	return counts
}

// newCounter is a counter of the server's, not waited for. Like whatever the stage hands out it belongs to the stage.
func (s *stage) newCounter(start int64) interop.Counter {
	future, release := s.interop.NewCounter(s.ctx, func(params interop.Interop_newCounter_Params) error {
		params.SetStart(start)
		return nil
	})
	s.later(release)
	return future.Counter()
}

// addLater adds to counter and does not wait for it.
func (s *stage) addLater(counter interop.Counter, amount int64) interop.Counter_add_Results_Future {
	future, release := counter.Add(s.ctx, func(params interop.Counter_add_Params) error {
		params.SetAmount(amount)
		return nil
	})
	s.later(release)
	return future
}

// add is the total of counter after amount was added.
func (s *stage) add(counter interop.Counter, amount int64) int64 {
	return wait(s, s.addLater(counter, amount).Struct).Total()
}

// expectUsable checks that the connection still works after what went wrong on it.
func (s *stage) expectUsable() {
	expect(s, "the total", s.add(s.newCounter(1), 1), 2)
}

// owned is a reference of the stage's own.
func owned[C interface {
	~capnp.ClientKind
	Release()
}](s *stage, client C) C {
	s.later(client.Release)
	return client
}
