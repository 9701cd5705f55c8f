//! interop-client ADDRESS [SCENARIO…]: runs the named scenarios (without names: all ordinary ones) against a server of interop.capnp
//! and prints "ok NAME" or "FAIL NAME REASON" for each. `interop-client --list` prints the names. Exits with 1 if one failed.
//! With CAPWIRE_ONE_CONNECTION=1 all scenarios share a connection, which must survive every one of them.

use std::process::ExitCode;

use interop_peer::endpoint::{Address, Connection};
use interop_peer::program::run;
use interop_peer::scenarios::{self, Scenario, Stage};
use tokio::task::{JoinError, spawn_local};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((first, chosen)) = arguments.split_first() else {
        eprintln!("usage: interop-client ADDRESS [SCENARIO...] | --list");
        return ExitCode::from(2);
    };
    if first == "--list" {
        for scenario in scenarios::all() {
            println!("{}", scenario.name);
        }
        return ExitCode::SUCCESS;
    }
    let Some(address) = Address::parse(first) else {
        eprintln!("interop-client: {first} is no address this program knows");
        return ExitCode::from(2);
    };
    let is_chosen = |scenario: &Scenario| match chosen {
        [] => !scenario.only_when_named,
        names => names.iter().any(|name| name == scenario.name),
    };
    run(async move {
        let mut runner = Runner { address, connection: None };
        let mut good = true;
        for scenario in scenarios::all().into_iter().filter(is_chosen) {
            good &= runner.run(scenario).await;
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

struct Runner {
    address: Address,
    connection: Option<Connection>,
}

impl Runner {
    async fn run(&mut self, scenario: Scenario) -> bool {
        let name = scenario.name;
        let outcome = self.outcome(scenario).await;
        if std::env::var_os("CAPWIRE_ONE_CONNECTION").is_none() {
            if let Some(connection) = self.connection.take() {
                // What is wrong with a connection that cannot even be closed shows in its calls.
                let _ = connection.close().await;
            }
        }
        match &outcome {
            Ok(()) => println!("ok {name}"),
            Err(reason) => println!("FAIL {name} {}", reason.replace('\n', " ")),
        }
        outcome.is_ok()
    }

    async fn outcome(&mut self, scenario: Scenario) -> Result<(), String> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.address).await.map_err(|error| error.to_string())?,
        };
        let stage = Stage::new(self.connection.insert(connection).bootstrap());
        // In a task of its own, where an assertion that does not hold ends nothing else.
        match spawn_local(scenario.run(stage)).await {
            Ok(ended) => ended.map_err(|error| error.to_string()),
            Err(panicked) => Err(message_of(panicked)),
        }
    }
}

fn message_of(panicked: JoinError) -> String {
    let Ok(payload) = panicked.try_into_panic() else { return "the scenario was cancelled".to_owned() };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().map_or("a panic", |message| message).to_string(),
    }
}
