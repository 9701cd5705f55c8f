//! interop-server ADDRESS: serves interop.capnp's Interop until standard input ends. See endpoint.rs for addresses.

use std::process::ExitCode;

use capnp::capability::FromClientHook;
use capnp_rpc::new_client;
use interop_peer::interop::service::InteropObject;
use interop_peer::interop_capnp::interop;
use interop_peer::program::run_server;

fn main() -> ExitCode {
    run_server(|| new_client::<interop::Client, _>(InteropObject::default()).cast_to())
}
