//! How calls end: tail calls, cancellation, failures of every kind, early pipelines, streams.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use capnp::Error;
use capnp::any_pointer;
use capnp::capability::FromClientHook;
use capnp::traits::HasTypeId;
use capnp_rpc::new_client;
use futures::channel::oneshot;
use futures::future::try_join_all;
use tokio::time::sleep;

use super::stage::{add, failure_of, wait};
use super::{Scenario, Stage};
use crate::interop::objects::{CalleeObject, HangingCallee, HangingListener};
use crate::interop::promises::{eager, error_of, kind_of, next_of};
use crate::interop_capnp::{Kind, called, callee, counter, interop, listener, sink};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a-tail-call-to-us-returns-here", tail_call_to_us),
        Scenario::new("a-tail-call-within-the-server-returns", tail_call_within_the_server),
        Scenario::new("a-tail-call-fails-like-its-callee", tail_call_to_an_object_of_theirs),
        Scenario::new("a-tail-calls-objects-are-freed", tail_calls_are_freed),
        Scenario::new("cancelling-reaches-the-tail-callee", cancelled_tail_call),
        Scenario::new("cancelling-reaches-a-callback", cancelled_callback),
        Scenario::new("a-cancelled-call-ends-and-frees-its-params", cancelled_call),
        Scenario::new("cancelling-while-it-returns-leaks-nothing", cancelled_return),
        Scenario::new("failures-keep-their-kind-and-reason", failures),
        Scenario::new("a-callbacks-failure-passes-through", callback_failures),
        Scenario::new("unknown-methods-are-unimplemented", unknown_methods),
        Scenario::new("a-pipeline-set-early-works-before-the-return", early_pipeline),
        Scenario::new("a-stream-of-writes-arrives", stream),
        Scenario::new("a-slow-sink-holds-the-stream-back", gated_stream),
        Scenario::new("a-failed-write-fails-what-follows", failed_stream),
        Scenario::new("a-server-that-leaves-breaks-its-calls", server_leaves).only_when_named(),
        Scenario::new("hang-forever", hang_forever).only_when_named(),
    ]
}

// Tail calls

fn tail_request(
    stage: &Stage,
    callee: callee::Client,
    number: i32,
) -> capnp::capability::Request<interop::tail_params::Owned, called::Owned> {
    let mut request = stage.interop.tail_request();
    request.get().set_callee(callee);
    request.get().set_number(number);
    request
}

fn our_callee(stage: &Stage) -> callee::Client {
    new_client(CalleeObject { ledger: stage.ledger.clone(), by: "client" })
}

async fn tail_call_to_us(stage: Rc<Stage>) -> capnp::Result<()> {
    let call = tail_request(&stage, our_callee(&stage), 456).send();
    let sequence = call.pipeline.get_sequence();
    let mut numbers = vec![next_of(&sequence, 0), next_of(&sequence, 1)];
    let response = wait(call.promise).await?;
    assert_eq!(response.get()?.get_number(), 456);
    assert_eq!(response.get()?.get_by()?, "client");
    numbers.extend([next_of(&sequence, 2), next_of(&sequence, 3)]);
    assert_eq!(wait(try_join_all(numbers)).await?, [0, 1, 2, 3]);
    Ok(())
}

async fn tail_call_within_the_server(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.tail_local_request();
    request.get().set_number(-3);
    let call = request.send();
    let early = next_of(&call.pipeline.get_sequence(), 0);
    let response = wait(call.promise).await?;
    assert_eq!(response.get()?.get_number(), -3);
    assert_eq!(response.get()?.get_by()?, "server");
    assert_eq!(wait(early).await?, 0);
    assert_eq!(wait(next_of(&response.get()?.get_sequence()?, 1)).await?, 1);
    Ok(())
}

async fn tail_call_to_an_object_of_theirs(stage: Rc<Stage>) -> capnp::Result<()> {
    // The server has no Callee to give away, so this one has no such method.
    let no_callee = stage.new_counter(0).cast_to();
    let error = failure_of(tail_request(&stage, no_callee, 0).send().promise).await;
    assert_eq!(kind_of(&error), Kind::Unimplemented, "{error}");
    Ok(())
}

async fn tail_calls_are_freed(stage: Rc<Stage>) -> capnp::Result<()> {
    let response = wait(tail_request(&stage, our_callee(&stage), 0).send().promise).await?;
    assert_eq!(stage.ledger.live_sequences.get(), 1);
    drop(response);
    stage.until_count("our sequence is gone", 0, |ledger| ledger.live_sequences.get()).await
}

// Cancellation: dropping a call's promise, and the pipeline with it, cancels the call.

async fn cancelled_tail_call(stage: Rc<Stage>) -> capnp::Result<()> {
    let callee = new_client(HangingCallee { ledger: stage.ledger.clone() });
    let call = tail_request(&stage, callee, 0).send();
    stage.until_count("our callee runs", 1, |ledger| ledger.hanging.get()).await?;
    drop(call);
    stage.until_count("our callee was cancelled", 1, |ledger| ledger.cancelled.get()).await
}

async fn cancelled_callback(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.relay_request();
    request.get().set_listener(new_client(HangingListener { ledger: stage.ledger.clone() }));
    let call = request.send();
    stage.until_count("our listener runs", 1, |ledger| ledger.hanging.get()).await?;
    drop(call);
    stage.until_count("our listener was cancelled", 1, |ledger| ledger.cancelled.get()).await
}

async fn cancelled_call(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.hang_request();
    request.get().set_counter(stage.counter(0));
    let call = request.send();
    assert_eq!(stage.activity().await?.hanging, 1);
    assert_eq!(stage.ledger.live_counters.get(), 1);
    drop(call);
    stage.until("the call was cancelled", async || Ok(stage.activity().await?.cancelled == 1)).await?;
    assert_eq!(stage.activity().await?.hanging, 0);
    stage.until_count("the server gave our counter back", 0, |ledger| ledger.live_counters.get()).await
}

async fn cancelled_return(stage: Rc<Stage>) -> capnp::Result<()> {
    let before = stage.activity().await?.live_counters;
    for i in 0..50 {
        let mut request = stage.interop.new_counters_request();
        request.get().set_count(3);
        let call = request.send();
        if i % 2 == 1 {
            stage.activity().await?;
        }
        drop(call);
    }
    stage.until_live_counters("no counter is left", before).await
}

// Failures

async fn failures(stage: Rc<Stage>) -> capnp::Result<()> {
    for kind in [Kind::Failed, Kind::Overloaded, Kind::Disconnected, Kind::Unimplemented] {
        let mut request = stage.interop.fail_request();
        request.get().set_kind(kind);
        request.get().set_reason("for a reason");
        let call = request.send();
        let pipelined = call.pipeline.get_counter().add_request().send();
        for error in [failure_of(call.promise).await, failure_of(pipelined.promise).await] {
            assert_eq!(kind_of(&error), kind, "{error}");
            assert!(error.extra.contains("for a reason"), "{error}");
        }
    }
    stage.expect_usable().await
}

async fn callback_failures(stage: Rc<Stage>) -> capnp::Result<()> {
    for kind in [Kind::Failed, Kind::Overloaded, Kind::Unimplemented] {
        let mut request = stage.interop.relay_request();
        let failing = move |_| futures::future::ready(Err(error_of(kind, "our reason".into())));
        request.get().set_listener(stage.listener_reacting(failing));
        let error = failure_of(request.send().promise).await;
        assert_eq!(kind_of(&error), kind, "{error}");
        assert!(error.extra.contains("our reason"), "{error}");
    }
    Ok(())
}

async fn unknown_methods(stage: Rc<Stage>) -> capnp::Result<()> {
    let no_counter: counter::Client = stage.interop.clone().cast_to();
    let error = failure_of(no_counter.add_request().send().promise).await;
    assert_eq!(kind_of(&error), Kind::Unimplemented, "{error}");
    // A method number beyond the interface's last.
    let request =
        stage.interop.client.new_call::<any_pointer::Owned, any_pointer::Owned>(interop::Client::TYPE_ID, 999, None);
    let error = failure_of(request.send().promise).await;
    assert_eq!(kind_of(&error), Kind::Unimplemented, "{error}");
    Ok(())
}

// Early pipelines

/// A listener that answers when it is let.
fn gate(stage: &Stage) -> (listener::Client, oneshot::Sender<()>) {
    let (open, opened) = oneshot::channel();
    let opened = RefCell::new(Some(opened));
    let listener = stage.listener_reacting(move |_| {
        let opened = opened.take();
        async move {
            let opened = opened.ok_or_else(|| Error::failed("the gate was asked twice".into()))?;
            opened.await.map_err(|_| Error::failed("nobody opens the gate any more".into()))
        }
    });
    (listener, open)
}

async fn early_pipeline(stage: Rc<Stage>) -> capnp::Result<()> {
    let (gate, open) = gate(&stage);
    let mut request = stage.interop.early_request();
    request.get().set_gate(gate);
    let call = request.send();
    assert_eq!(add(&call.pipeline.get_counter(), 1).await?, 101, "before the call returned");
    let _ = open.send(());
    let response = wait(call.promise).await?;
    assert_eq!(add(&response.get()?.get_counter()?, 1).await?, 102);
    Ok(())
}

// Streams

async fn new_sink(stage: &Stage) -> capnp::Result<sink::Client> {
    wait(stage.interop.new_sink_request().send().promise).await?.get()?.get_sink()
}

/// The promise ends when the next write may begin.
fn write(sink: &sink::Client, size: u32) -> capnp::capability::Promise<(), Error> {
    let mut request = sink.write_request();
    request.get().init_bytes(size);
    request.send()
}

async fn expect_written(sink: &sink::Client, size: u64, writes: u32) -> capnp::Result<()> {
    let response = wait(sink.done_request().send().promise).await?;
    let done = response.get()?;
    assert_eq!((done.get_byte_count(), done.get_writes()), (size * u64::from(writes), writes), "(bytes, writes)");
    Ok(())
}

async fn stream(stage: Rc<Stage>) -> capnp::Result<()> {
    let sink = new_sink(&stage).await?;
    for _ in 0..100 {
        wait(write(&sink, 4096)).await?;
    }
    expect_written(&sink, 4096, 100).await
}

async fn gated_stream(stage: Rc<Stage>) -> capnp::Result<()> {
    const TOTAL: u32 = 400;
    const SIZE: u32 = 32 * 1024;
    let (gate, open) = gate(&stage);
    let mut request = stage.interop.new_gated_sink_request();
    request.get().set_gate(gate);
    let sink = wait(request.send().promise).await?.get()?.get_sink()?;
    let written = Rc::new(Cell::new(0));
    let writing = {
        let (sink, written) = (sink.clone(), written.clone());
        eager(async move {
            while written.get() < TOTAL {
                write(&sink, SIZE).await?;
                written.set(written.get() + 1);
            }
            Ok(())
        })
    };
    stage.until_count("the first write waits", 1, |ledger| ledger.heard.get()).await?;
    assert!(settled(|| written.get()).await < TOTAL, "the stream was not held back");
    let _ = open.send(());
    wait(writing).await?;
    expect_written(&sink, SIZE.into(), TOTAL).await
}

/// What `value` says when it has said the same for a while.
async fn settled(value: impl Fn() -> u32) -> u32 {
    loop {
        let before = value();
        sleep(Duration::from_millis(100)).await;
        if value() == before {
            return before;
        }
    }
}

async fn failed_stream(stage: Rc<Stage>) -> capnp::Result<()> {
    let sink = new_sink(&stage).await?;
    let bad = eager(write(&sink, 0));
    let error = failure_of(sink.done_request().send().promise).await;
    assert_eq!(kind_of(&error), Kind::Failed, "{error}");
    drop(bad);
    Ok(())
}

/// The server must end the connection when `hang` is called.
async fn server_leaves(stage: Rc<Stage>) -> capnp::Result<()> {
    let counter = stage.new_counter(0);
    let running = failure_of(stage.interop.hang_request().send().promise).await;
    assert_eq!(kind_of(&running), Kind::Disconnected, "{running}");
    let later = failure_of(counter.add_request().send().promise).await;
    assert_eq!(kind_of(&later), Kind::Disconnected, "{later}");
    Ok(())
}

/// The connection must end while `hang` runs: whoever reads "hanging" or sees the call arrive ends it, or this program.
async fn hang_forever(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.hang_request();
    request.get().set_counter(stage.counter(0));
    let running = request.send();
    // The connection may end before we are told that the call runs.
    if stage.until("the call runs", async || Ok(stage.activity().await?.hanging == 1)).await.is_ok() {
        println!("hanging");
    }
    let error = failure_of(running.promise).await;
    assert_eq!(kind_of(&error), Kind::Disconnected, "{error}");
    Ok(())
}
