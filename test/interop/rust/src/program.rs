//! What the four programs share: how they start, how a server ends.

use std::future::Future;
use std::io::Read;
use std::process::ExitCode;

use futures::channel::oneshot;
use tokio::runtime;
use tokio::task::LocalSet;

use crate::endpoint::{Address, BootstrapFactory, serve};

/// Runs `main` on this thread, where the objects of capnp-rpc have to stay.
pub fn run(main: impl Future<Output = capnp::Result<ExitCode>>) -> ExitCode {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime of one thread");
    match LocalSet::new().block_on(&runtime, main) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A server program: serves the address that is its only argument until standard input ends.
pub fn run_server(make_bootstrap: BootstrapFactory) -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [program, address] = arguments.as_slice() else {
        eprintln!("usage: {} ADDRESS", arguments.first().map_or("server", String::as_str));
        return ExitCode::from(2);
    };
    let Some(address) = Address::parse(address) else {
        eprintln!("{program}: {address} is no address this program knows");
        return ExitCode::from(2);
    };
    run(async move {
        tokio::select! {
            served = serve(&address, make_bootstrap) => served?,
            _ = standard_input_end() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Ends when standard input does: how a test program is told to stop, also when its parent crashes.
fn standard_input_end() -> oneshot::Receiver<()> {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while matches!(std::io::stdin().read(&mut buffer), Ok(1..)) {}
        let _ = ended.send(());
    });
    end
}
