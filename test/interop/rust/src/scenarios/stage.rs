//! What a scenario works with: a bootstrap capability and a ledger of its own, and the ways to wait that all stories need.

use std::rc::Rc;
use std::time::Duration;

use capnp::capability::FromClientHook;
use capnp::{Error, ErrorKind};
use capnp_rpc::new_client;
use tokio::time::{sleep, timeout};

use crate::interop::ledger::Ledger;
use crate::interop::objects::{CounterObject, ListenerObject, SequenceObject};
use crate::interop_capnp::{counter, interop, listener, resettable_counter, sequence};

/// A call that hangs is a failure after this.
const PATIENCE: Duration = Duration::from_secs(10);

/// What `Stage::activity` tells.
pub struct Activity {
    pub live_counters: u32,
    pub hanging: u32,
    pub cancelled: u32,
}

pub struct Stage {
    pub interop: interop::Client,
    pub ledger: Rc<Ledger>,
}

impl Stage {
    pub fn new(interop: interop::Client) -> Self {
        Self { interop, ledger: Rc::default() }
    }

    // Objects of ours.

    pub fn counter(&self, start: i64) -> counter::Client {
        new_client::<resettable_counter::Client, _>(CounterObject::new(&self.ledger, start)).cast_to()
    }

    pub fn sequence(&self) -> sequence::Client {
        new_client(SequenceObject::new(&self.ledger))
    }

    pub fn listener(&self) -> listener::Client {
        new_client(ListenerObject::new(&self.ledger))
    }

    /// A listener that does something before it answers.
    pub fn listener_reacting<F>(&self, reaction: impl Fn(u32) -> F + 'static) -> listener::Client
    where
        F: Future<Output = capnp::Result<()>> + 'static,
    {
        new_client(ListenerObject::reacting(&self.ledger, reaction))
    }

    // Objects of the server's.

    /// Does not wait for it.
    pub fn new_counter(&self, start: i64) -> counter::Client {
        let mut request = self.interop.new_counter_request();
        request.get().set_start(start);
        request.send().pipeline.get_counter()
    }

    pub async fn activity(&self) -> capnp::Result<Activity> {
        let response = wait(self.interop.activity_request().send().promise).await?;
        let activity = response.get()?;
        Ok(Activity {
            live_counters: activity.get_live_counters(),
            hanging: activity.get_hanging(),
            cancelled: activity.get_cancelled(),
        })
    }

    /// Says that the connection still works after what went wrong on it.
    pub async fn expect_usable(&self) -> capnp::Result<()> {
        assert_eq!(add(&self.new_counter(1), 1).await?, 2, "the connection is still usable");
        Ok(())
    }

    /// Waits until `condition` holds, making a round trip to the server between two looks at it.
    pub async fn until(&self, what: &str, condition: impl AsyncFn() -> capnp::Result<bool>) -> capnp::Result<()> {
        for attempt in 0.. {
            if condition().await? {
                break;
            }
            assert!(attempt < 100, "this should have happened: {what}");
            self.activity().await?;
            if attempt > 10 {
                sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(())
    }

    /// Waits until one of our own counts is `expected`.
    pub async fn until_count(&self, what: &str, expected: u32, count: impl Fn(&Ledger) -> u32) -> capnp::Result<()> {
        self.until(what, async || Ok(count(&self.ledger) == expected)).await
    }

    /// Waits until that many of the server's counters are alive.
    pub async fn until_live_counters(&self, what: &str, expected: u32) -> capnp::Result<()> {
        self.until(what, async || Ok(self.activity().await?.live_counters == expected)).await
    }
}

/// What the future ends with; a hung one becomes a failure.
pub async fn wait<T>(future: impl Future<Output = capnp::Result<T>>) -> capnp::Result<T> {
    let hung = Error { kind: ErrorKind::Failed, extra: format!("no answer in {} seconds", PATIENCE.as_secs()) };
    timeout(PATIENCE, future).await.unwrap_or(Err(hung))
}

/// The error that the call ends with. Panics if it ends well or not at all.
pub async fn failure_of<T>(call: impl Future<Output = capnp::Result<T>>) -> Error {
    let Ok(ended) = timeout(PATIENCE, call).await else { panic!("the call should have failed, but hangs") };
    ended.err().expect("the call should have failed")
}

/// Adds to a counter, waits and says its total.
pub async fn add(counter: &counter::Client, amount: i64) -> capnp::Result<i64> {
    let mut request = counter.add_request();
    request.get().set_amount(amount);
    Ok(wait(request.send().promise).await?.get()?.get_total())
}
