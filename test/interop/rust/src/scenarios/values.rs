//! Bytes and structures: what is written in one language is what the other reads.

use std::rc::Rc;

use futures::future::try_join_all;

use super::stage::wait;
use super::{Scenario, Stage};
use crate::interop::promises::eager;
use crate::interop_capnp::{Kind, tree, values};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("values-of-every-type-come-back", echo_values),
        Scenario::new("unset-fields-have-their-defaults", echo_defaults),
        Scenario::new("an-empty-call-is-answered", echo_empty_blob),
        Scenario::new("a-large-message-comes-back", large_message),
        Scenario::new("a-message-of-sixteen-megabytes-comes-back", sixteen_megabytes),
        Scenario::new("large-messages-cross-in-both-directions", crossing_messages),
        Scenario::new("a-tree-of-many-segments-is-read", many_segments),
        Scenario::new("two-thousand-calls-in-flight-keep-their-order", many_calls_in_flight),
    ]
}

fn fill(mut values: values::Builder) -> capnp::Result<()> {
    values.set_bool(false);
    values.set_int8(i8::MIN);
    values.set_int16(i16::MIN);
    values.set_int32(i32::MIN);
    values.set_int64(i64::MIN);
    values.set_uint8(u8::MAX);
    values.set_uint16(u16::MAX);
    values.set_uint32(u32::MAX);
    values.set_uint64(u64::MAX);
    values.set_float32(-0.5);
    values.set_float64(1e300);
    values.set_text("naïve 🚀");
    values.set_data(&[1, 2, 3]);
    values.set_kind(Kind::Overloaded);
    values.reborrow().init_inner().set_text("inner");
    values.set_bools(&[true, false, true, true, false, false, true, false, true, true, true])?;
    values.set_int8s(&[-1, 0, i8::MAX])?;
    values.set_int16s(&[-1, i16::MAX])?;
    values.set_int32s(&[-1, 0, i32::MAX])?;
    values.set_int64s(&[-1, i64::MAX])?;
    values.set_uint8s(&[0, u8::MAX])?;
    values.set_uint16s(&[u16::MAX])?;
    values.set_uint32s(&[1, u32::MAX])?;
    values.set_uint64s(&[u64::MAX])?;
    values.set_float32s(&[0.25, -1.5])?;
    values.set_float64s(&[0.1, -0.0, 1e-300])?;
    values.set_texts(&["", "a", "bb"][..])?;
    values.reborrow().init_datas(2).set(1, b"data");
    values.set_kinds(&[Kind::Unimplemented, Kind::Failed][..])?;
    let mut structs = values.reborrow().init_structs(3);
    for i in 0..3 {
        structs.reborrow().get(i).set_uint32(i);
    }
    let mut lists = values.reborrow().init_lists(3);
    lists.set(0, &[1, 2])?;
    lists.set(1, &[])?;
    lists.set(2, &[3])?;
    let mut words = values.init_words();
    words.set_first("first");
    words.set_second("second");
    Ok(())
}

async fn echo_values(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.echo_values_request();
    fill(request.get().init_values())?;
    let sent = format!("{:?}", request.get().get_values()?.into_reader());
    let response = wait(request.send().promise).await?;
    let values = response.get()?.get_values()?;
    assert_eq!(format!("{values:?}"), sent);
    assert!(matches!(values.which()?, values::Words(_)));
    assert_eq!((values.get_int64(), values.get_uint64()), (i64::MIN, u64::MAX));
    assert!(values.get_float64s()?.get(1).is_sign_negative());
    Ok(())
}

async fn echo_defaults(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.echo_values_request();
    request.get().init_values();
    let response = wait(request.send().promise).await?;
    let values = response.get()?.get_values()?;
    assert!(values.get_bool());
    assert_eq!(values.get_int64(), -6464646464646464);
    assert_eq!(values.get_uint64(), 6464646464646464);
    assert_eq!(values.get_float32(), 32.5);
    assert_eq!(values.get_float64(), -64.25);
    assert_eq!(values.get_text()?, "Cap'n");
    assert_eq!(values.get_data()?, [0xca, 0xfe]);
    assert_eq!(values.get_kind()?, Kind::Disconnected);
    assert!(matches!(values.which()?, values::None(())));
    assert!(!values.has_inner() && !values.has_structs());
    Ok(())
}

async fn echo_empty_blob(stage: Rc<Stage>) -> capnp::Result<()> {
    let response = wait(stage.interop.echo_request().send().promise).await?;
    assert!(response.get()?.get_blob()?.is_empty());
    Ok(())
}

/// Sends `blob` and expects it back.
async fn echo(stage: &Stage, blob: &[u8]) -> capnp::Result<()> {
    let mut request = stage.interop.echo_request();
    request.get().set_blob(blob);
    let response = wait(request.send().promise).await?;
    let received = response.get()?.get_blob()?;
    assert_eq!(received.len(), blob.len());
    assert!(received == blob, "other bytes came back");
    Ok(())
}

async fn large_message(stage: Rc<Stage>) -> capnp::Result<()> {
    let blob: Vec<u8> = (0..3 * 1024 * 1024 + 5).map(|i: usize| (i * 7 + i / 256) as u8).collect();
    echo(&stage, &blob).await
}

async fn sixteen_megabytes(stage: Rc<Stage>) -> capnp::Result<()> {
    let blob: Vec<u8> = (0..16 * 1024 * 1024).map(|i: usize| (i * 5 + i / 65536) as u8).collect();
    echo(&stage, &blob).await
}

/// Each side must read while it writes, or both wait for ever.
async fn crossing_messages(stage: Rc<Stage>) -> capnp::Result<()> {
    let blobs: Vec<_> = (0..8).map(|i| vec![i as u8; 1024 * 1024 + i]).collect();
    try_join_all(blobs.iter().map(|blob| echo(&stage, blob))).await.map(drop)
}

async fn many_segments(stage: Rc<Stage>) -> capnp::Result<()> {
    let mut request = stage.interop.tree_request();
    request.get().set_depth(6);
    request.get().set_fan_out(5);
    let response = wait(request.send().promise).await?;
    assert_eq!(count_tree(response.get()?.get_root()?, "0")?, 19531);
    Ok(())
}

fn count_tree(node: tree::Reader, label: &str) -> capnp::Result<u32> {
    assert_eq!(node.get_label()?, label);
    let mut count = 1;
    for (i, child) in node.get_children()?.iter().enumerate() {
        count += count_tree(child, &format!("{label}.{i}"))?;
    }
    Ok(count)
}

async fn many_calls_in_flight(stage: Rc<Stage>) -> capnp::Result<()> {
    let counter = stage.new_counter(0);
    let calls: Vec<_> = (0..2000)
        .map(|_| {
            let mut request = counter.add_request();
            request.get().set_amount(1);
            let call = request.send();
            eager(async move { Ok(call.promise.await?.get()?.get_total()) })
        })
        .collect();
    let totals = wait(try_join_all(calls)).await?;
    assert!(totals.into_iter().eq(1..=2000), "the calls arrived out of order");
    Ok(())
}
