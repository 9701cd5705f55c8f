//! Promises that resolve to something here or there while calls are under way. The sequence objects count, so an embargo that is
//! missing on either side shows as a misplaced call.

use std::rc::Rc;

use capnp::Error;
use futures::FutureExt;
use futures::future::{LocalBoxFuture, try_join_all};

use super::stage::{failure_of, wait};
use super::{Scenario, Stage};
use crate::interop::promises::{Decision, eager, kind_of, next_of, promised_sequence, when_resolved};
use crate::interop_capnp::{Kind, listener, resolver, sequence};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a-result-that-is-our-object-keeps-order", result_is_our_object),
        Scenario::new("their-promise-becomes-our-object-in-order", their_promise_is_our_object),
        Scenario::new("their-promise-becomes-their-object-in-order", their_promise_is_their_object),
        Scenario::new("their-promise-becomes-another-promise-in-order", their_promise_is_another_of_theirs),
        Scenario::new("their-promise-becomes-our-promise-in-order", their_promise_is_our_promise),
        Scenario::new("calls-on-a-rejected-promise-fail", their_promise_is_rejected),
        Scenario::new("calls-on-a-promise-that-becomes-null-fail", their_promise_is_null),
        Scenario::new("they-call-our-object-in-order", they_drive_our_object),
        Scenario::new("our-promise-becomes-our-object-in-order", our_promise_is_our_object),
        Scenario::new("our-promise-becomes-their-object-in-order", our_promise_is_their_object),
        Scenario::new("our-promise-becomes-their-object-while-they-call", our_promise_is_their_object_while_they_call),
        Scenario::new("our-promise-becomes-their-answer-in-order", our_promise_is_their_answer),
        Scenario::new("our-promise-becomes-their-promise-in-order", our_promise_is_their_promise),
        Scenario::new("their-calls-on-our-rejected-promise-fail", our_promise_is_rejected),
        Scenario::new("a-resolved-promise-frees-its-object", promises_are_freed),
    ]
}

/// Calls made on one capability over time; all of them must have met the same object in order.
struct Calls {
    sequence: sequence::Client,
    numbers: Vec<LocalBoxFuture<'static, capnp::Result<u32>>>,
}

impl Calls {
    fn on(sequence: &sequence::Client) -> Self {
        Self { sequence: sequence.clone(), numbers: Vec::new() }
    }

    fn make(&mut self, count: u32) {
        for _ in 0..count {
            self.numbers.push(next_of(&self.sequence, self.numbers.len() as u32).boxed_local());
        }
    }

    async fn check(self) -> capnp::Result<()> {
        let numbers = wait(try_join_all(self.numbers)).await?;
        expect_order(&numbers);
        expect_state(&self.sequence, numbers.len()).await
    }

    async fn expect_failures(self, kind: Kind, reason: &str) {
        for number in self.numbers {
            let error = failure_of(number).await;
            assert_eq!(kind_of(&error), kind, "{error}");
            assert!(error.extra.contains(reason), "{error}");
        }
    }
}

fn expect_order(numbers: &[u32]) {
    let stray = numbers.iter().zip(0..).find(|(number, i)| **number != *i);
    assert!(stray.is_none(), "the object was met out of order (number, call): {stray:?}");
}

async fn expect_state(sequence: &sequence::Client, count: usize) -> capnp::Result<()> {
    let response = wait(sequence.state_request().send().promise).await?;
    let state = response.get()?;
    assert_eq!((state.get_count() as usize, state.get_misplaced()), (count, 0), "(calls, misplaced)");
    Ok(())
}

/// A promise that lives in the server.
struct Promised {
    sequence: sequence::Client,
    resolver: resolver::Client,
}

async fn their_promise(stage: &Stage) -> capnp::Result<Promised> {
    let response = wait(stage.interop.new_promise_request().send().promise).await?;
    let results = response.get()?;
    Ok(Promised { sequence: results.get_sequence()?, resolver: results.get_resolver()? })
}

impl Promised {
    /// Tells the server at once what its promise becomes; `None` is null.
    fn resolve(&self, target: Option<sequence::Client>) -> impl Future<Output = capnp::Result<()>> + use<> {
        let mut request = self.resolver.resolve_request();
        if let Some(target) = target {
            request.get().set_sequence(target);
        }
        let call = request.send();
        eager(async move { call.promise.await.map(drop) })
    }

    async fn resolved(&self) -> capnp::Result<()> {
        wait(when_resolved(&self.sequence)).await
    }
}

/// A new object of the server's, not waited for.
fn their_sequence(stage: &Stage) -> sequence::Client {
    stage.interop.new_sequence_request().send().pipeline.get_sequence()
}

/// A new object of the server's.
async fn their_settled_sequence(stage: &Stage) -> capnp::Result<sequence::Client> {
    wait(stage.interop.new_sequence_request().send().promise).await?.get()?.get_sequence()
}

/// Decides what a promise of ours becomes.
fn fulfil(decision: Decision, sequence: &sequence::Client) {
    // An error means that nobody holds the promise any more.
    let _ = decision.send(Ok(sequence.clone()));
}

// Their promises

/// We embargo: the first calls travel to the server and back, the last ones go straight to our object.
async fn result_is_our_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.reflect_request();
    request.get().set_sequence(stage.sequence());
    let reflected = request.send();
    let mut calls = Calls::on(&reflected.pipeline.get_sequence());
    calls.make(3);
    let _response = wait(reflected.promise).await?;
    calls.make(3);
    calls.check().await
}

/// The calls made while the promise resolves are still on their way back when the later ones could go straight to our object.
async fn their_promise_is_our_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    let mut calls = Calls::on(&promised.sequence);
    calls.make(3);
    let resolved = promised.resolve(Some(stage.sequence()));
    calls.make(500);
    promised.resolved().await?;
    calls.make(3);
    wait(resolved).await?;
    calls.make(3);
    calls.check().await
}

async fn their_promise_is_their_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    let mut calls = Calls::on(&promised.sequence);
    calls.make(3);
    let resolved = promised.resolve(Some(their_sequence(&stage)));
    calls.make(3);
    promised.resolved().await?;
    calls.make(3);
    wait(resolved).await?;
    calls.check().await
}

async fn their_promise_is_another_of_theirs(stage: Rc<Stage>) -> capnp::Result<()> {
    let first = their_promise(&stage).await?;
    let second = their_promise(&stage).await?;
    let mut calls = Calls::on(&first.sequence);
    calls.make(2);
    wait(first.resolve(Some(second.sequence.clone()))).await?;
    calls.make(2);
    let resolved = second.resolve(Some(stage.sequence()));
    calls.make(2);
    first.resolved().await?;
    calls.make(2);
    wait(resolved).await?;
    calls.check().await
}

/// Their promise becomes our promise, which becomes our object.
async fn their_promise_is_our_promise(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    let mut calls = Calls::on(&promised.sequence);
    calls.make(2);
    let (ours, decision) = promised_sequence();
    let resolved = promised.resolve(Some(ours));
    calls.make(2);
    stage.activity().await?;
    calls.make(2);
    fulfil(decision, &stage.sequence());
    calls.make(2);
    wait(resolved).await?;
    promised.resolved().await?;
    calls.make(2);
    calls.check().await
}

async fn their_promise_is_rejected(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    let mut calls = Calls::on(&promised.sequence);
    calls.make(3);
    let mut request = promised.resolver.reject_request();
    request.get().set_kind(Kind::Overloaded);
    request.get().set_reason("no room");
    wait(request.send().promise).await?;
    calls.make(2);
    calls.expect_failures(Kind::Overloaded, "no room").await;
    stage.expect_usable().await
}

async fn their_promise_is_null(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    let mut calls = Calls::on(&promised.sequence);
    calls.make(2);
    wait(promised.resolve(None)).await?;
    calls.expect_failures(Kind::Failed, "").await;
    stage.expect_usable().await
}

async fn promises_are_freed(stage: Rc<Stage>) -> capnp::Result<()> {
    let promised = their_promise(&stage).await?;
    wait(promised.resolve(Some(stage.sequence()))).await?;
    promised.resolved().await?;
    drop(promised);
    stage.until_count("the server gave our sequence back", 0, |ledger| ledger.live_sequences.get()).await
}

// Our promises

/// The server makes calls on what we give it, before and after we say what it is.
struct Drive {
    total: usize,
    numbers: LocalBoxFuture<'static, capnp::Result<Vec<u32>>>,
}

impl Drive {
    fn new(stage: &Stage, sequence: sequence::Client) -> Self {
        Self::during(stage, sequence, 0, stage.listener())
    }

    /// The server makes `during` calls more before it can know of a resolution that `listener` causes.
    fn during(stage: &Stage, sequence: sequence::Client, during: u32, listener: listener::Client) -> Self {
        let mut request = stage.interop.drive_request();
        let mut params = request.get();
        params.set_sequence(sequence);
        params.set_before(4);
        params.set_during(during);
        params.set_after(4);
        params.set_listener(listener);
        let call = request.send();
        let numbers = eager(async move { Ok(call.promise.await?.get()?.get_numbers()?.iter().collect()) });
        Self { total: 8 + during as usize, numbers: numbers.boxed_local() }
    }

    /// Ends when the server has made its first calls.
    async fn started(stage: &Stage) -> capnp::Result<()> {
        stage.until("the server made its first calls", async || Ok(stage.ledger.heard.get() > 0)).await
    }

    async fn check(self, sequence: &sequence::Client) -> capnp::Result<()> {
        let numbers = wait(self.numbers).await?;
        assert_eq!(numbers.len(), self.total);
        expect_order(&numbers);
        expect_state(sequence, self.total).await
    }
}

async fn they_drive_our_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let sequence = stage.sequence();
    Drive::new(&stage, sequence.clone()).check(&sequence).await
}

async fn our_promise_is_our_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let drive = Drive::new(&stage, ours);
    Drive::started(&stage).await?;
    let sequence = stage.sequence();
    fulfil(decision, &sequence);
    drive.check(&sequence).await
}

/// They embargo: their first calls travel here and back, their last ones go straight to their own object.
async fn our_promise_is_their_object(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let drive = Drive::new(&stage, ours);
    Drive::started(&stage).await?;
    let sequence = their_sequence(&stage);
    fulfil(decision, &sequence);
    drive.check(&sequence).await
}

/// They embargo, and must: when they learn what our promise has become, most of their calls are still on the way here and back.
async fn our_promise_is_their_object_while_they_call(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let sequence = their_settled_sequence(&stage).await?;
    let decision = std::cell::RefCell::new(Some(decision));
    let target = sequence.clone();
    let listener = stage.listener_reacting(move |_| {
        if let Some(decision) = decision.take() {
            fulfil(decision, &target);
        }
        async { Ok(()) }
    });
    Drive::during(&stage, ours, 2000, listener).check(&sequence).await
}

/// As before, but what our promise becomes is itself still on its way from the server.
async fn our_promise_is_their_answer(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let drive = Drive::new(&stage, ours);
    Drive::started(&stage).await?;
    let sequence = their_settled_sequence(&stage).await?;
    let mut request = stage.interop.reflect_request();
    request.get().set_sequence(sequence.clone());
    fulfil(decision, &request.send().pipeline.get_sequence());
    drive.check(&sequence).await
}

/// Our promise becomes a promise of theirs, which becomes an object of ours.
async fn our_promise_is_their_promise(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let drive = Drive::new(&stage, ours);
    Drive::started(&stage).await?;
    let promised = their_promise(&stage).await?;
    fulfil(decision, &promised.sequence);
    stage.activity().await?;
    let sequence = stage.sequence();
    wait(promised.resolve(Some(sequence.clone()))).await?;
    drive.check(&sequence).await
}

async fn our_promise_is_rejected(stage: Rc<Stage>) -> capnp::Result<()> {
    let (ours, decision) = promised_sequence();
    let drive = Drive::new(&stage, ours);
    Drive::started(&stage).await?;
    let _ = decision.send(Err(Error::overloaded("changed our mind".into())));
    let error = failure_of(drive.numbers).await;
    assert_eq!(kind_of(&error), Kind::Overloaded, "{error}");
    stage.expect_usable().await
}
