package main

import (
	"context"

	"capwire/interop/build/interop"
	"capwire/interop/objects"
)

// The server makes calls on what we give it, before and after we say what it is.
var driveScenarios = []scenario{
	{name: "they-call-our-object-in-order", run: theyDriveOurObject},
	{name: "our-promise-becomes-our-object-in-order", run: ourPromiseIsOurObject},
	{name: "our-promise-becomes-their-object-in-order", run: ourPromiseIsTheirObject},
	{name: "our-promise-becomes-their-object-while-they-call", run: ourPromiseIsTheirObjectWhileTheyCall},
	{name: "our-promise-becomes-their-answer-in-order", run: ourPromiseIsTheirAnswer},
	{name: "our-promise-becomes-their-promise-in-order", run: ourPromiseIsTheirPromise},
	{name: "their-calls-on-our-rejected-promise-fail", run: ourPromiseIsRejected},
}

type drive struct {
	stage  *stage
	future interop.Interop_drive_Results_Future
	total  int
}

// drive has the server call sequence, which it takes.
func (s *stage) drive(sequence interop.Sequence) *drive {
	return s.driveWhile(sequence, 0, objects.NewListener(&s.ledger, nil))
}

// driveWhile has the server make `during` calls more before it can know of a resolution that listener causes.
func (s *stage) driveWhile(sequence interop.Sequence, during uint32, listener interop.Listener) *drive {
	future, release := s.interop.Drive(s.ctx, func(params interop.Interop_drive_Params) error {
		params.SetBefore(4)
		params.SetDuring(during)
		params.SetAfter(4)
		if err := params.SetListener(listener); err != nil {
			return err
		}
		return params.SetSequence(sequence)
	})
	s.later(release)
	return &drive{stage: s, future: future, total: 8 + int(during)}
}

// started waits until the server has made its first calls.
func (d *drive) started() {
	d.stage.until("the server made its first calls", func() bool { return d.stage.ledger.Heard.Load() > 0 })
}

func (d *drive) check(sequence interop.Sequence) {
	numbers, err := wait(d.stage, d.future.Struct).Numbers()
	d.stage.check(err)
	expect(d.stage, "the number of answers", numbers.Len(), d.total)
	for i := 0; i < numbers.Len(); i++ {
		expect(d.stage, "the number", numbers.At(i), uint32(i))
	}
	expectState(d.stage, sequence, d.total)
}

func theyDriveOurObject(s *stage) {
	sequence := owned(s, s.sequence())
	s.drive(sequence.AddRef()).check(sequence)
}

func ourPromiseIsOurObject(s *stage) {
	promise := s.promise()
	drive := s.drive(promise.Sequence())
	drive.started()
	sequence := owned(s, s.sequence())
	promise.Fulfill(sequence.AddRef())
	drive.check(sequence)
}

// They embargo: their first calls travel here and back, their last ones go straight to their own object.
func ourPromiseIsTheirObject(s *stage) {
	promise := s.promise()
	drive := s.drive(promise.Sequence())
	drive.started()
	sequence := s.theirSequence()
	promise.Fulfill(sequence.AddRef())
	drive.check(sequence)
}

// They embargo, and must: when they learn what our promise has become, most of their calls are still on the way here and back.
func ourPromiseIsTheirObjectWhileTheyCall(s *stage) {
	promise := s.promise()
	sequence := s.arrivedSequence()
	listener := objects.NewListener(&s.ledger, func(context.Context, uint32) error {
		promise.Fulfill(sequence.AddRef())
		return nil
	})
	s.driveWhile(promise.Sequence(), 2000, listener).check(sequence)
}

// arrivedSequence is one of the server's that was waited for.
func (s *stage) arrivedSequence() interop.Sequence {
	future, release := s.interop.NewSequence(s.ctx, nil)
	s.later(release)
	return wait(s, future.Struct).Sequence()
}

// As before, but what our promise becomes is itself still on its way from the server.
func ourPromiseIsTheirAnswer(s *stage) {
	promise := s.promise()
	drive := s.drive(promise.Sequence())
	drive.started()
	sequence := s.arrivedSequence()
	future, release := s.interop.Reflect(s.ctx, func(params interop.Interop_reflect_Params) error {
		return params.SetSequence(sequence.AddRef())
	})
	s.later(release)
	promise.Fulfill(future.Sequence().AddRef())
	drive.check(sequence)
}

// Our promise becomes a promise of theirs, which becomes an object of ours.
func ourPromiseIsTheirPromise(s *stage) {
	promise := s.promise()
	drive := s.drive(promise.Sequence())
	drive.started()
	theirs := s.theirPromise()
	s.later(theirs.release)
	promise.Fulfill(theirs.sequence.AddRef())
	s.activity()
	sequence := owned(s, s.sequence())
	wait(s, s.resolve(theirs, sequence.AddRef()).Struct)
	drive.check(sequence)
}

func ourPromiseIsRejected(s *stage) {
	promise := s.promise()
	drive := s.drive(promise.Sequence())
	drive.started()
	promise.Reject(objects.ErrorOf(interop.Kind_overloaded, "changed our mind"))
	expectFailure(s, drive.future.Struct, interop.Kind_overloaded, "changed our mind")
	s.expectUsable()
}
