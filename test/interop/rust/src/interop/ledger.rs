//! What is alive: the objects of this folder count themselves here, so that a scenario sees whether the other side gave back what
//! it held.

use std::cell::Cell;
use std::rc::Rc;

#[derive(Default)]
pub struct Ledger {
    pub live_counters: Cell<u32>,
    pub live_sequences: Cell<u32>,
    pub hanging: Cell<u32>,
    pub cancelled: Cell<u32>,
    /// Calls that listeners received.
    pub heard: Cell<u32>,
}

/// One field of a ledger.
pub type Entry = fn(&Ledger) -> &Cell<u32>;

/// Adds one to an entry for as long as it lives.
pub struct Tally {
    ledger: Rc<Ledger>,
    entry: Entry,
}

impl Tally {
    pub fn new(ledger: &Rc<Ledger>, entry: Entry) -> Self {
        increment(entry(ledger));
        Self { ledger: ledger.clone(), entry }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let cell = (self.entry)(&self.ledger);
        cell.set(cell.get() - 1);
    }
}

pub fn increment(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// Never ends; counted in `hanging` while it waits and in `cancelled` once it was dropped.
pub async fn hang_until_cancelled(ledger: Rc<Ledger>) -> capnp::Result<()> {
    struct Cancelled(Rc<Ledger>);
    impl Drop for Cancelled {
        fn drop(&mut self) {
            increment(&self.0.cancelled);
        }
    }
    let _hanging = Tally::new(&ledger, |ledger| &ledger.hanging);
    let _cancelled = Cancelled(ledger);
    futures::future::pending().await
}
