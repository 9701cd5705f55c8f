//! calculator-server ADDRESS: serves examples/calculator/calculator.capnp until standard input ends. See endpoint.rs for addresses.

use std::process::ExitCode;

use capnp::capability::FromClientHook;
use capnp_rpc::new_client;
use interop_peer::calculator::server::CalculatorObject;
use interop_peer::calculator_capnp::calculator;
use interop_peer::program::run_server;

fn main() -> ExitCode {
    run_server(|| new_client::<calculator::Client, _>(CalculatorObject).cast_to())
}
