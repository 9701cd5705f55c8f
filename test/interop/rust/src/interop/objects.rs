//! The objects of interop.capnp: the server hands them out, the client passes its own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use capnp::Error;
use capnp_rpc::new_client;
use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};

use super::ledger::{Ledger, Tally, hang_until_cancelled, increment};
use super::promises::{Decision, error_of};
use crate::interop_capnp::{callee, counter, listener, resettable_counter, resolver, sequence, sink};

pub struct CounterObject {
    ledger: Rc<Ledger>,
    total: Cell<i64>,
    _tally: Tally,
}

impl CounterObject {
    pub fn new(ledger: &Rc<Ledger>, start: i64) -> Self {
        let tally = Tally::new(ledger, |ledger| &ledger.live_counters);
        Self { ledger: ledger.clone(), total: Cell::new(start), _tally: tally }
    }
}

impl counter::Server for CounterObject {
    async fn add(self: Rc<Self>, params: counter::AddParams, mut results: counter::AddResults) -> capnp::Result<()> {
        self.total.set(self.total.get() + params.get()?.get_amount());
        results.get().set_total(self.total.get());
        Ok(())
    }

    async fn next(self: Rc<Self>, params: counter::NextParams, mut results: counter::NextResults) -> capnp::Result<()> {
        let start = self.total.get() + params.get()?.get_amount();
        results.get().set_counter(new_client(Self::new(&self.ledger, start)));
        Ok(())
    }
}

impl resettable_counter::Server for CounterObject {
    async fn reset(
        self: Rc<Self>,
        _: resettable_counter::ResetParams,
        mut results: resettable_counter::ResetResults,
    ) -> capnp::Result<()> {
        results.get().set_total(self.total.replace(0));
        Ok(())
    }
}

pub struct SequenceObject {
    count: Cell<u32>,
    misplaced: Cell<u32>,
    _tally: Tally,
}

impl SequenceObject {
    pub fn new(ledger: &Rc<Ledger>) -> Self {
        let tally = Tally::new(ledger, |ledger| &ledger.live_sequences);
        Self { count: Cell::new(0), misplaced: Cell::new(0), _tally: tally }
    }
}

impl sequence::Server for SequenceObject {
    async fn next(
        self: Rc<Self>,
        params: sequence::NextParams,
        mut results: sequence::NextResults,
    ) -> capnp::Result<()> {
        if params.get()?.get_expected() != self.count.get() {
            increment(&self.misplaced);
        }
        results.get().set_number(self.count.get());
        increment(&self.count);
        Ok(())
    }

    async fn state(self: Rc<Self>, _: sequence::StateParams, mut results: sequence::StateResults) -> capnp::Result<()> {
        let mut results = results.get();
        results.set_count(self.count.get());
        results.set_misplaced(self.misplaced.get());
        Ok(())
    }
}

pub struct ResolverObject {
    decision: RefCell<Option<Decision>>,
}

impl ResolverObject {
    pub fn new(decision: Decision) -> Self {
        Self { decision: RefCell::new(Some(decision)) }
    }

    fn decide(&self, outcome: capnp::Result<sequence::Client>) -> capnp::Result<()> {
        let decision = self.decision.take().ok_or_else(|| Error::failed("the promise is already decided".into()))?;
        // Nobody may hold the promise any more.
        let _ = decision.send(outcome);
        Ok(())
    }
}

impl resolver::Server for ResolverObject {
    async fn resolve(
        self: Rc<Self>,
        params: resolver::ResolveParams,
        _: resolver::ResolveResults,
    ) -> capnp::Result<()> {
        // A null capability is an error here: the promise fails with it.
        self.decide(params.get()?.get_sequence())
    }

    async fn reject(self: Rc<Self>, params: resolver::RejectParams, _: resolver::RejectResults) -> capnp::Result<()> {
        let params = params.get()?;
        self.decide(Err(error_of(params.get_kind()?, params.get_reason()?.to_string()?)))
    }
}

/// What a listener does before it answers.
pub type Reaction = Box<dyn Fn(u32) -> LocalBoxFuture<'static, capnp::Result<()>>>;

/// Answers "heard N" and counts.
pub struct ListenerObject {
    ledger: Rc<Ledger>,
    reaction: Reaction,
}

impl ListenerObject {
    pub fn new(ledger: &Rc<Ledger>) -> Self {
        Self::reacting(ledger, |_| async { Ok(()) })
    }

    pub fn reacting<F>(ledger: &Rc<Ledger>, reaction: impl Fn(u32) -> F + 'static) -> Self
    where
        F: Future<Output = capnp::Result<()>> + 'static,
    {
        Self { ledger: ledger.clone(), reaction: Box::new(move |number| reaction(number).boxed_local()) }
    }
}

impl listener::Server for ListenerObject {
    async fn heard(
        self: Rc<Self>,
        params: listener::HeardParams,
        mut results: listener::HeardResults,
    ) -> capnp::Result<()> {
        let number = params.get()?.get_number();
        increment(&self.ledger.heard);
        (self.reaction)(number).await?;
        results.get().set_answer(format!("heard {number}"));
        Ok(())
    }
}

/// A listener that never answers and notices when it is cancelled.
pub struct HangingListener {
    pub ledger: Rc<Ledger>,
}

impl listener::Server for HangingListener {
    async fn heard(self: Rc<Self>, _: listener::HeardParams, _: listener::HeardResults) -> capnp::Result<()> {
        hang_until_cancelled(self.ledger.clone()).await
    }
}

pub struct CalleeObject {
    pub ledger: Rc<Ledger>,
    pub by: &'static str,
}

impl callee::Server for CalleeObject {
    async fn called(
        self: Rc<Self>,
        params: callee::CalledParams,
        mut results: callee::CalledResults,
    ) -> capnp::Result<()> {
        let mut results = results.get();
        results.set_number(params.get()?.get_number());
        results.set_by(self.by);
        results.set_sequence(new_client(SequenceObject::new(&self.ledger)));
        Ok(())
    }
}

/// A callee that never answers and notices when it is cancelled.
pub struct HangingCallee {
    pub ledger: Rc<Ledger>,
}

impl callee::Server for HangingCallee {
    async fn called(self: Rc<Self>, _: callee::CalledParams, _: callee::CalledResults) -> capnp::Result<()> {
        hang_until_cancelled(self.ledger.clone()).await
    }
}

#[derive(Default)]
pub struct SinkObject {
    gate: Option<Gate>,
    byte_count: Cell<u64>,
    writes: Cell<u32>,
}

/// Ends when writes may begin.
type Gate = Shared<LocalBoxFuture<'static, capnp::Result<()>>>;

impl SinkObject {
    /// The first write begins when `gate` ends, and the others wait for the first: streaming calls come one at a time.
    pub fn behind(gate: impl Future<Output = capnp::Result<()>> + 'static) -> Self {
        Self { gate: Some(gate.boxed_local().shared()), ..Self::default() }
    }
}

impl sink::Server for SinkObject {
    async fn write(self: Rc<Self>, params: sink::WriteParams) -> capnp::Result<()> {
        if let Some(gate) = &self.gate {
            gate.clone().await?;
        }
        let size = params.get()?.get_bytes()?.len();
        if size == 0 {
            return Err(Error::failed("nothing to write".into()));
        }
        self.byte_count.set(self.byte_count.get() + size as u64);
        increment(&self.writes);
        Ok(())
    }

    async fn done(self: Rc<Self>, _: sink::DoneParams, mut results: sink::DoneResults) -> capnp::Result<()> {
        let mut results = results.get();
        results.set_byte_count(self.byte_count.get());
        results.set_writes(self.writes.get());
        Ok(())
    }
}
