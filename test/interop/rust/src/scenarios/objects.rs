//! Capabilities as things that are passed, called, compared and let go.

use std::rc::Rc;

use capnp::Error;
use capnp::capability::FromClientHook;
use capnp_rpc::CapabilityServerSet;
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::stage::{add, failure_of, wait};
use super::{Scenario, Stage};
use crate::interop::objects::CounterObject;
use crate::interop_capnp::{counter, listener, resettable_counter};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("a-capability-in-results-is-called", capability_in_results),
        Scenario::new("inherited-methods-are-called", inherited_methods),
        Scenario::new("a-list-of-capabilities-is-returned", list_of_capabilities_in_results),
        Scenario::new("a-list-of-capabilities-is-passed", list_of_capabilities_in_params),
        Scenario::new("calls-are-pipelined-through-nested-fields", pipeline_through_nested_fields),
        Scenario::new("calls-are-pipelined-through-thirty-nested-fields", pipeline_through_thirty_fields),
        Scenario::new("a-pipeline-beyond-the-results-fails-alone", pipeline_beyond_the_results),
        Scenario::new("calls-are-pipelined-in-a-chain", |stage| pipeline_chain(stage, 5, 16)),
        Scenario::new("a-hundred-calls-are-pipelined-in-a-chain", |stage| pipeline_chain(stage, 100, 5051)),
        Scenario::new("a-pipelined-capability-is-a-parameter", pipelined_capability_as_parameter),
        Scenario::new("a-null-capability-stays-null", null_capability),
        Scenario::new("an-untyped-capability-comes-home", capability_comes_home),
        Scenario::new("a-held-capability-is-called-and-comes-home", held_capability),
        Scenario::new("a-callback-is-called", callback),
        Scenario::new("a-callback-calls-the-server", callback_that_calls_back),
        Scenario::new("callbacks-nest-twenty-deep", nested_callbacks),
        Scenario::new("dropped-results-free-the-servers-objects", releases_results),
        Scenario::new("a-dropped-capability-frees-the-servers-object", releases_one),
        Scenario::new("our-objects-are-freed-after-the-call", releases_params),
        Scenario::new("ten-thousand-capabilities-are-released", releases_ten_thousand),
        Scenario::new("ten-thousand-of-our-capabilities-are-released", releases_ten_thousand_params),
    ]
}

async fn capability_in_results(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.new_counter_request();
    request.get().set_start(40);
    let counter = wait(request.send().promise).await?.get()?.get_counter()?;
    assert_eq!(add(&counter, 2).await?, 42);
    assert_eq!(add(&counter, -2).await?, 40);
    Ok(())
}

async fn inherited_methods(stage: Rc<Stage>) -> capnp::Result<()> {
    let counter = stage.new_counter(7);
    assert_eq!(add(&counter, 1).await?, 8);
    let resettable: resettable_counter::Client = counter.clone().cast_to();
    assert_eq!(wait(resettable.reset_request().send().promise).await?.get()?.get_total(), 8);
    assert_eq!(add(&counter, 1).await?, 1);
    Ok(())
}

async fn list_of_capabilities_in_results(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.new_counters_request();
    request.get().set_count(20);
    let response = wait(request.send().promise).await?;
    let counters = response.get()?.get_counters()?;
    assert_eq!(counters.len(), 20);
    for i in 0..20 {
        assert_eq!(add(&counters.get(i)?, 100).await?, 100 + i64::from(i));
    }
    Ok(())
}

/// What `sumCounters` says of these; a `None` is a null capability.
async fn sum(stage: &Stage, counters: &[Option<counter::Client>]) -> capnp::Result<i64> {
    let mut request = stage.interop.sum_counters_request();
    let mut list = request.get().init_counters(counters.len() as u32);
    for (i, counter) in counters.iter().enumerate() {
        if let Some(counter) = counter {
            list.set(i as u32, counter.clone().into_client_hook());
        }
    }
    Ok(wait(request.send().promise).await?.get()?.get_total())
}

async fn list_of_capabilities_in_params(stage: Rc<Stage>) -> capnp::Result<()> {
    // The second is a promise of the server's own object, the third the first again.
    let ours = stage.counter(20);
    let counters = [Some(ours.clone()), Some(stage.new_counter(1000)), Some(ours), None, Some(stage.counter(3))];
    assert_eq!(sum(&stage, &counters).await?, 1043);
    Ok(())
}

async fn pipeline_through_nested_fields(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.nest_request();
    request.get().set_depth(4);
    let nested = request.send();
    let innermost = nested.pipeline.get_box().get_inner().get_inner().get_inner();
    let typed = innermost.get_content().get_counter();
    let untyped = counter::Client::new(innermost.get_untyped().as_cap());
    assert_eq!(add(&typed, 10).await?, 13);
    assert_eq!(add(&untyped, 10).await?, 23);
    let response = wait(nested.promise).await?;
    let outermost = response.get()?.get_box()?;
    assert_eq!(outermost.get_inner()?.get_content().get_label()?, "box 1");
    let innermost = outermost.get_inner()?.get_inner()?.get_inner()?;
    assert_eq!(add(&innermost.get_untyped().get_as_capability()?, 10).await?, 33);
    Ok(())
}

async fn pipeline_through_thirty_fields(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.nest_request();
    request.get().set_depth(30);
    let mut nested = request.send().pipeline.get_box();
    for _ in 1..30 {
        nested = nested.get_inner();
    }
    assert_eq!(add(&nested.get_content().get_counter(), 1).await?, 30);
    Ok(())
}

async fn pipeline_beyond_the_results(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.nest_request();
    request.get().set_depth(1);
    let nothing = request.send().pipeline.get_box().get_inner().get_inner().get_content().get_counter();
    failure_of(nothing.add_request().send().promise).await;
    stage.expect_usable().await
}

async fn pipeline_chain(stage: Rc<Stage>, length: i64, total: i64) -> capnp::Result<()> {
    let mut counter = stage.new_counter(1);
    for amount in 1..=length {
        let mut request = counter.next_request();
        request.get().set_amount(amount);
        counter = request.send().pipeline.get_counter();
    }
    assert_eq!(add(&counter, 0).await?, total);
    Ok(())
}

async fn pipelined_capability_as_parameter(stage: Rc<Stage>) -> capnp::Result<()> {
    assert_eq!(sum(&stage, &[Some(stage.new_counter(11)), Some(stage.new_counter(31))]).await?, 42);
    Ok(())
}

async fn null_capability(stage: Rc<Stage>) -> capnp::Result<()> {
    let response = wait(stage.interop.nothing_request().send().promise).await?;
    assert!(response.get()?.get_is_null());
    assert!(!response.get()?.has_counter());
    let mut request = stage.interop.nothing_request();
    request.get().set_counter(stage.counter(0));
    assert!(!wait(request.send().promise).await?.get()?.get_is_null());
    assert!(response.get()?.get_counter().is_err(), "a null capability is none to call");
    Ok(())
}

/// Our own counters, recognised when they come back.
type OurCounters = CapabilityServerSet<CounterObject, resettable_counter::Client>;

async fn is_ours(ours: &OurCounters, counter: counter::Client) -> bool {
    wait(ours.get_local_server(&counter.cast_to()).map(Ok)).await.is_ok_and(|server| server.is_some())
}

/// The object that comes back is the one that went: the library finds our own server behind it.
async fn capability_comes_home(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut ours = OurCounters::new();
    let counter = ours.new_client(CounterObject::new(&stage.ledger, 1));
    let mut request = stage.interop.anything_request();
    request.get().get_object().set_as_capability(counter.into_client_hook());
    let response = wait(request.send().promise).await?;
    let back = response.get()?.get_object().get_as_capability()?;
    assert!(is_ours(&ours, back).await, "a foreign object came back");
    Ok(())
}

async fn held_capability(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut ours = OurCounters::new();
    let counter = ours.new_client(CounterObject::new(&stage.ledger, 5));
    let mut hold = stage.interop.hold_request();
    hold.get().set_counter(counter.clone().cast_to());
    wait(hold.send().promise).await?;
    let mut call = stage.interop.call_held_request();
    call.get().set_amount(3);
    assert_eq!(wait(call.send().promise).await?.get()?.get_total(), 8);
    {
        let response = wait(stage.interop.held_request().send().promise).await?;
        assert!(is_ours(&ours, response.get()?.get_counter()?).await, "a foreign object came back");
    }
    drop(counter);
    stage.activity().await?;
    assert_eq!(stage.ledger.live_counters.get(), 1, "the server holds a reference");
    wait(stage.interop.let_go_request().send().promise).await?;
    stage.until_count("the server gave our object back", 0, |ledger| ledger.live_counters.get()).await
}

async fn callback(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.notify_request();
    request.get().set_listener(stage.listener());
    request.get().set_times(7);
    let response = wait(request.send().promise).await?;
    assert_eq!(stage.ledger.heard.get(), 7);
    let answers = response.get()?.get_answers()?;
    assert_eq!(answers.len(), 7);
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!(answer?, format!("heard {i}").as_str());
    }
    Ok(())
}

async fn relay(stage: &Stage, listener: listener::Client) -> capnp::Result<String> {
    let mut request = stage.interop.relay_request();
    request.get().set_listener(listener);
    Ok(wait(request.send().promise).await?.get()?.get_answer()?.to_string()?)
}

/// While the server waits for our answer, we call the server and wait for its answer.
async fn callback_that_calls_back(stage: Rc<Stage>) -> capnp::Result<()> {
    let calling = stage.clone();
    let listener = stage.listener_reacting(move |_| {
        let stage = calling.clone();
        async move {
            let total = add(&stage.new_counter(9), 0).await?;
            expect(total == 9, || format!("the counter said {total}"))
        }
    });
    assert_eq!(relay(&stage, listener).await?, "heard 0");
    Ok(())
}

async fn nested_callbacks(stage: Rc<Stage>) -> capnp::Result<()> {
    assert_eq!(relay_nested(stage.clone(), 20).await?, "heard 0");
    assert_eq!(stage.ledger.heard.get(), 20);
    Ok(())
}

fn relay_nested(stage: Rc<Stage>, depth: u32) -> LocalBoxFuture<'static, capnp::Result<String>> {
    async move {
        let inner = stage.clone();
        let listener = stage.listener_reacting(move |_| {
            let stage = inner.clone();
            async move {
                if depth == 1 {
                    return Ok(());
                }
                let answer = relay_nested(stage, depth - 1).await?;
                expect(answer == "heard 0", || format!("listener {depth} was told {answer}"))
            }
        });
        relay(&stage, listener).await
    }
    .boxed_local()
}

/// For what runs in a callback: its failure must become the call's, where a panic would take the connection along.
fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> capnp::Result<()> {
    if holds { Ok(()) } else { Err(Error::failed(otherwise())) }
}

async fn releases_results(stage: Rc<Stage>) -> capnp::Result<()> {
    let before = stage.activity().await?.live_counters;
    let mut request = stage.interop.new_counters_request();
    request.get().set_count(10);
    let response = wait(request.send().promise).await?;
    let third = response.get()?.get_counters()?.get(3)?;
    assert_eq!(stage.activity().await?.live_counters, before + 10);
    drop(response);
    stage.until_live_counters("nine counters are gone", before + 1).await?;
    assert_eq!(add(&third, 0).await?, 3);
    drop(third);
    stage.until_live_counters("all counters are gone", before).await
}

async fn releases_one(stage: Rc<Stage>) -> capnp::Result<()> {
    let before = stage.activity().await?.live_counters;
    let counter = stage.new_counter(3);
    assert_eq!(add(&counter, 1).await?, 4);
    drop(counter);
    stage.until_live_counters("the counter is gone", before).await
}

async fn releases_params(stage: Rc<Stage>) -> capnp::Result<()> {
    let counters = [0, 1, 2].map(|start| Some(stage.counter(start)));
    assert_eq!(sum(&stage, &counters).await?, 3);
    drop(counters);
    stage.until_count("the server gave our counters back", 0, |ledger| ledger.live_counters.get()).await
}

/// One by one, not with the results they came in.
async fn releases_ten_thousand(stage: Rc<Stage>) -> capnp::Result<()> {
    let before = stage.activity().await?.live_counters;
    let mut request = stage.interop.new_counters_request();
    request.get().set_count(10_000);
    let response = wait(request.send().promise).await?;
    let counters = response.get()?.get_counters()?.iter().collect::<capnp::Result<Vec<_>>>()?;
    drop(response);
    for i in [0, 5000, 9999] {
        assert_eq!(add(&counters[i], 1).await?, i as i64 + 1);
    }
    assert_eq!(stage.activity().await?.live_counters, before + 10_000);
    drop(counters);
    stage.until_live_counters("all counters are gone", before).await
}

async fn releases_ten_thousand_params(stage: Rc<Stage>) -> capnp::Result<()> {
    let counters: Vec<_> = (0..10_000).map(|start| Some(stage.counter(start))).collect();
    assert_eq!(sum(&stage, &counters).await?, 49_995_000);
    drop(counters);
    stage.until_count("the server gave our counters back", 0, |ledger| ledger.live_counters.get()).await
}
