//! calculator-client ADDRESS: makes the calls of the calculator example and prints "ok NAME VALUE…" or "FAIL NAME REASON" for each
//! step. Exits with 1 if one failed.

use std::process::ExitCode;

use interop_peer::calculator::client::Steps;
use interop_peer::endpoint::{Address, Connection};
use interop_peer::program::run;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address] = arguments.as_slice() else {
        eprintln!("usage: calculator-client ADDRESS");
        return ExitCode::from(2);
    };
    let Some(address) = Address::parse(address) else {
        eprintln!("calculator-client: {address} is no address this program knows");
        return ExitCode::from(2);
    };
    run(async move {
        let connection = Connection::open(&address).await?;
        let steps = Steps { calculator: connection.bootstrap() };
        let good = [
            verdict("literal", &[123.0], steps.literal().await),
            verdict("add-and-subtract", &[101.0], steps.add_and_subtract().await),
            verdict("deferred-reads", &[27.0, 29.0], steps.deferred_reads().await),
            verdict("defined-functions", &[1234.0, 4244.0], steps.defined_functions().await),
            verdict("callback", &[512.0], steps.callback().await),
        ];
        Ok(if good.iter().all(|good| *good) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn verdict(name: &str, expected: &[f64], outcome: capnp::Result<Vec<f64>>) -> bool {
    match outcome {
        Ok(values) if values == expected => {
            let words: Vec<String> = values.iter().map(f64::to_string).collect();
            println!("ok {name} {}", words.join(" "));
            return true;
        }
        Ok(values) => println!("FAIL {name} computed {values:?}"),
        Err(error) => println!("FAIL {name} {}", error.to_string().replace('\n', " ")),
    }
    false
}
