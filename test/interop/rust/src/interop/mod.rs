//! interop.capnp in Rust: the objects both programs need, the service, and what capnp-rpc lacks for them.

pub mod ledger;
pub mod objects;
pub mod promises;
pub mod service;
