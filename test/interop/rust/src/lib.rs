//! The Rust side of the interop proof: what the programs of `src/bin` are made of. Story for story and object for object it is
//! the same as the C++ side in `../cpp`.

pub mod calculator;
pub mod endpoint;
pub mod interop;
pub mod program;
pub mod scenarios;

capnp::generated_code!(pub mod calculator_capnp);
capnp::generated_code!(pub mod interop_capnp);
