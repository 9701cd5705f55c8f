//! examples/calculator/calculator.capnp in Rust.

pub mod client;
pub mod server;
