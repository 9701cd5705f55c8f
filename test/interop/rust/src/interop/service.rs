//! The bootstrap object of interop.capnp. Each connection gets one of its own.

use std::cell::RefCell;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::FromClientHook;
use capnp_rpc::new_client;
use futures::future::try_join_all;

use super::ledger::{Ledger, hang_until_cancelled};
use super::objects::{CalleeObject, CounterObject, ResolverObject, SequenceObject, SinkObject};
use super::promises::{error_of, next_of, promised_sequence, when_resolved};
use crate::interop_capnp::interop::*;
use crate::interop_capnp::{callee, counter, resettable_counter, tree};

#[derive(Default)]
pub struct InteropObject {
    ledger: Rc<Ledger>,
    held: RefCell<Option<counter::Client>>,
}

impl InteropObject {
    fn new_counter_at(&self, start: i64) -> resettable_counter::Client {
        new_client(CounterObject::new(&self.ledger, start))
    }

    fn held_counter(&self) -> capnp::Result<counter::Client> {
        self.held.borrow().clone().ok_or_else(|| Error::failed("nothing is held".into()))
    }
}

impl Server for InteropObject {
    // Values

    async fn echo(self: Rc<Self>, params: EchoParams, mut results: EchoResults) -> capnp::Result<()> {
        results.get().set_blob(params.get()?.get_blob()?);
        Ok(())
    }

    async fn echo_values(
        self: Rc<Self>,
        params: EchoValuesParams,
        mut results: EchoValuesResults,
    ) -> capnp::Result<()> {
        results.get().set_values(params.get()?.get_values()?)
    }

    async fn tree(self: Rc<Self>, params: TreeParams, mut results: TreeResults) -> capnp::Result<()> {
        let params = params.get()?;
        grow_tree(results.get().init_root(), "0", params.get_depth(), params.get_fan_out());
        Ok(())
    }

    // Objects

    async fn new_counter(
        self: Rc<Self>,
        params: NewCounterParams,
        mut results: NewCounterResults,
    ) -> capnp::Result<()> {
        results.get().set_counter(self.new_counter_at(params.get()?.get_start()).cast_to());
        Ok(())
    }

    async fn new_counters(
        self: Rc<Self>,
        params: NewCountersParams,
        mut results: NewCountersResults,
    ) -> capnp::Result<()> {
        let count = params.get()?.get_count();
        let mut counters = results.get().init_counters(count);
        for i in 0..count {
            counters.set(i, self.new_counter_at(i.into()).into_client_hook());
        }
        Ok(())
    }

    async fn sum_counters(
        self: Rc<Self>,
        params: SumCountersParams,
        mut results: SumCountersResults,
    ) -> capnp::Result<()> {
        // The only error in getting a counter is that it is null.
        let counters: Vec<_> = params.get()?.get_counters()?.iter().filter_map(Result::ok).collect();
        let totals = counters.iter().map(|counter| {
            let call = counter.add_request().send();
            async move { Ok::<_, Error>(call.promise.await?.get()?.get_total()) }
        });
        let total = try_join_all(totals).await?.iter().sum();
        results.get().set_total(total);
        Ok(())
    }

    async fn nest(self: Rc<Self>, params: NestParams, mut results: NestResults) -> capnp::Result<()> {
        let depth = params.get()?.get_depth();
        let mut nested = results.get().init_box();
        for level in 0.. {
            let counter: counter::Client = self.new_counter_at(level.into()).cast_to();
            nested.reborrow().get_untyped().set_as_capability(counter.clone().into_client_hook());
            let mut content = nested.reborrow().get_content();
            content.set_counter(counter);
            content.set_label(format!("box {level}"));
            if level + 1 >= depth {
                break;
            }
            nested = nested.init_inner();
        }
        Ok(())
    }

    async fn notify(self: Rc<Self>, params: NotifyParams, mut results: NotifyResults) -> capnp::Result<()> {
        let params = params.get()?;
        let listener = params.get_listener()?;
        let mut answers = results.get().init_answers(params.get_times());
        for number in 0..params.get_times() {
            let mut request = listener.heard_request();
            request.get().set_number(number);
            answers.set(number, request.send().promise.await?.get()?.get_answer()?);
        }
        Ok(())
    }

    async fn hold(self: Rc<Self>, params: HoldParams, _: HoldResults) -> capnp::Result<()> {
        self.held.replace(Some(params.get()?.get_counter()?));
        Ok(())
    }

    async fn held(self: Rc<Self>, _: HeldParams, mut results: HeldResults) -> capnp::Result<()> {
        results.get().set_counter(self.held_counter()?);
        Ok(())
    }

    async fn call_held(self: Rc<Self>, params: CallHeldParams, mut results: CallHeldResults) -> capnp::Result<()> {
        let mut request = self.held_counter()?.add_request();
        request.get().set_amount(params.get()?.get_amount());
        results.get().set_total(request.send().promise.await?.get()?.get_total());
        Ok(())
    }

    async fn let_go(self: Rc<Self>, _: LetGoParams, _: LetGoResults) -> capnp::Result<()> {
        self.held.take();
        Ok(())
    }

    async fn nothing(self: Rc<Self>, params: NothingParams, mut results: NothingResults) -> capnp::Result<()> {
        results.get().set_is_null(!params.get()?.has_counter());
        Ok(())
    }

    async fn anything(self: Rc<Self>, params: AnythingParams, mut results: AnythingResults) -> capnp::Result<()> {
        results.get().get_object().set_as(params.get()?.get_object())
    }

    // Promises and order

    async fn reflect(self: Rc<Self>, params: ReflectParams, mut results: ReflectResults) -> capnp::Result<()> {
        results.get().set_sequence(params.get()?.get_sequence()?);
        Ok(())
    }

    async fn new_promise(self: Rc<Self>, _: NewPromiseParams, mut results: NewPromiseResults) -> capnp::Result<()> {
        let (sequence, decision) = promised_sequence();
        let mut results = results.get();
        results.set_sequence(sequence);
        results.set_resolver(new_client(ResolverObject::new(decision)));
        Ok(())
    }

    async fn new_sequence(self: Rc<Self>, _: NewSequenceParams, mut results: NewSequenceResults) -> capnp::Result<()> {
        results.get().set_sequence(new_client(SequenceObject::new(&self.ledger)));
        Ok(())
    }

    async fn drive(self: Rc<Self>, params: DriveParams, mut results: DriveResults) -> capnp::Result<()> {
        let params = params.get()?;
        let sequence = params.get_sequence()?;
        let early = params.get_before() + params.get_during();

        let mut calls: Vec<_> = (0..params.get_before()).map(|i| next_of(&sequence, i)).collect();
        let mut signal = params.get_listener()?.heard_request();
        signal.get().set_number(params.get_before());
        let signalled = signal.send();
        calls.extend((params.get_before()..early).map(|i| next_of(&sequence, i)));
        // A promise that fails still fails the calls made on it.
        let _ = when_resolved(&sequence).await;
        calls.extend((early..early + params.get_after()).map(|i| next_of(&sequence, i)));

        let numbers = try_join_all(calls).await?;
        signalled.promise.await?;
        results.get().set_numbers(numbers.as_slice())
    }

    // Calls

    // capnp-rpc's tail_call is `unimplemented!()`, and its direct_tail_call refuses the Return it has asked for, which ends the
    // connection. A call whose results are copied takes the place of both: callers see the same, but every result and every
    // pipelined call passes through here.
    async fn tail(self: Rc<Self>, params: TailParams, mut results: TailResults) -> capnp::Result<()> {
        let params = params.get()?;
        let mut request = params.get_callee()?.called_request();
        request.get().set_number(params.get_number());
        results.set(request.send().promise.await?.get()?)
    }

    async fn tail_local(self: Rc<Self>, params: TailLocalParams, mut results: TailLocalResults) -> capnp::Result<()> {
        let callee: callee::Client = new_client(CalleeObject { ledger: self.ledger.clone(), by: "server" });
        let mut request = callee.called_request();
        request.get().set_number(params.get()?.get_number());
        results.set(request.send().promise.await?.get()?)
    }

    async fn early(self: Rc<Self>, params: EarlyParams, mut results: EarlyResults) -> capnp::Result<()> {
        results.get().set_counter(self.new_counter_at(100).cast_to());
        results.set_pipeline()?;
        params.get()?.get_gate()?.heard_request().send().promise.await?;
        Ok(())
    }

    async fn hang(self: Rc<Self>, _params: HangParams, _: HangResults) -> capnp::Result<()> {
        hang_until_cancelled(self.ledger.clone()).await
    }

    async fn fail(self: Rc<Self>, params: FailParams, _: FailResults) -> capnp::Result<()> {
        let params = params.get()?;
        Err(error_of(params.get_kind()?, params.get_reason()?.to_string()?))
    }

    async fn relay(self: Rc<Self>, params: RelayParams, mut results: RelayResults) -> capnp::Result<()> {
        let response = params.get()?.get_listener()?.heard_request().send().promise.await?;
        results.get().set_answer(response.get()?.get_answer()?);
        Ok(())
    }

    async fn new_sink(self: Rc<Self>, _: NewSinkParams, mut results: NewSinkResults) -> capnp::Result<()> {
        results.get().set_sink(new_client(SinkObject::default()));
        Ok(())
    }

    async fn new_gated_sink(
        self: Rc<Self>,
        params: NewGatedSinkParams,
        mut results: NewGatedSinkResults,
    ) -> capnp::Result<()> {
        let gate = params.get()?.get_gate()?;
        let opened = async move { gate.heard_request().send().promise.await.map(drop) };
        results.get().set_sink(new_client(SinkObject::behind(opened)));
        Ok(())
    }

    async fn activity(self: Rc<Self>, _: ActivityParams, mut results: ActivityResults) -> capnp::Result<()> {
        let mut results = results.get();
        results.set_live_counters(self.ledger.live_counters.get());
        results.set_live_sequences(self.ledger.live_sequences.get());
        results.set_hanging(self.ledger.hanging.get());
        results.set_cancelled(self.ledger.cancelled.get());
        Ok(())
    }
}

fn grow_tree(mut node: tree::Builder, label: &str, depth: u32, fan_out: u32) {
    node.set_label(label);
    if depth == 0 {
        return;
    }
    let mut children = node.init_children(fan_out);
    for i in 0..fan_out {
        grow_tree(children.reborrow().get(i), &format!("{label}.{i}"), depth - 1, fan_out);
    }
}
