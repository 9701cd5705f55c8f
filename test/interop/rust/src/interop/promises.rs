//! Capabilities that are promises, and exceptions: the pieces that capnp-rpc leaves to its users.

use capnp::capability::FromClientHook;
use capnp::{Error, ErrorKind};
use capnp_rpc::new_future_client;
use futures::FutureExt;
use futures::channel::oneshot;
use tokio::task::spawn_local;

use crate::interop_capnp::{Kind, sequence};

/// Decides what a promised sequence becomes.
pub type Decision = oneshot::Sender<capnp::Result<sequence::Client>>;

/// A sequence that is a promise until it is decided.
pub fn promised_sequence() -> (sequence::Client, Decision) {
    let (decision, decided) = oneshot::channel();
    let outcome =
        decided.map(|decided| decided.unwrap_or_else(|_| Err(Error::failed("nobody decides any more".into()))));
    (new_future_client(outcome), decision)
}

/// Ends when `client` is no promise any more. capnp-rpc's own `when_resolved` never ends for a promise of the peer's that has
/// been resolved before: that is looked through here.
pub async fn when_resolved(client: &impl FromClientHook) -> capnp::Result<()> {
    let mut hook = client.as_client_hook().add_ref();
    loop {
        while let Some(resolved) = hook.get_resolved() {
            hook = resolved;
        }
        let Some(resolving) = hook.when_more_resolved() else { return Ok(()) };
        hook = resolving.await?;
    }
}

/// Starts `future` now. Calls on a remote object are sent when they are made, but those on a local one only when somebody polls them.
pub fn eager<T: 'static>(
    future: impl Future<Output = capnp::Result<T>> + 'static,
) -> impl Future<Output = capnp::Result<T>> {
    spawn_local(future).map(|ended| ended.unwrap_or_else(|error| Err(Error::failed(error.to_string()))))
}

/// Calls `next` on `sequence` now. The number it returned.
pub fn next_of(sequence: &sequence::Client, expected: u32) -> impl Future<Output = capnp::Result<u32>> + use<> {
    let mut request = sequence.next_request();
    request.get().set_expected(expected);
    let call = request.send();
    eager(async move { Ok(call.promise.await?.get()?.get_number()) })
}

/// The error that a failure of this kind is.
pub fn error_of(kind: Kind, reason: String) -> Error {
    match kind {
        Kind::Failed => Error::failed(reason),
        Kind::Overloaded => Error::overloaded(reason),
        Kind::Disconnected => Error::disconnected(reason),
        Kind::Unimplemented => Error::unimplemented(reason),
    }
}

/// The kind that an error has on the wire.
pub fn kind_of(error: &Error) -> Kind {
    match error.kind {
        ErrorKind::Overloaded => Kind::Overloaded,
        ErrorKind::Disconnected => Kind::Disconnected,
        ErrorKind::Unimplemented => Kind::Unimplemented,
        _ => Kind::Failed,
    }
}
