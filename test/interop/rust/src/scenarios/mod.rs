//! The stories told to a server of interop.capnp: a scenario makes calls, waits, and fails or panics when an answer is not what it
//! must be. Each has the name of the same story in the other languages.

mod calls;
mod objects;
mod promises;
mod stage;
mod values;

use std::rc::Rc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

pub use stage::Stage;

pub struct Scenario {
    pub name: &'static str,
    /// It needs a server that does something unusual.
    pub only_when_named: bool,
    run: Box<dyn Fn(Rc<Stage>) -> LocalBoxFuture<'static, capnp::Result<()>>>,
}

impl Scenario {
    fn new<F>(name: &'static str, run: impl Fn(Rc<Stage>) -> F + 'static) -> Self
    where
        F: Future<Output = capnp::Result<()>> + 'static,
    {
        Self { name, only_when_named: false, run: Box::new(move |stage| run(stage).boxed_local()) }
    }

    fn only_when_named(self) -> Self {
        Self { only_when_named: true, ..self }
    }

    pub fn run(&self, stage: Stage) -> LocalBoxFuture<'static, capnp::Result<()>> {
        (self.run)(Rc::new(stage))
    }
}

/// Every story, in the order of the other clients.
pub fn all() -> Vec<Scenario> {
    [values::scenarios(), objects::scenarios(), promises::scenarios(), calls::scenarios()]
        .into_iter()
        .flatten()
        .collect()
}
