//! Where a program listens or connects. An address is one of
//!   127.0.0.1:4000         TCP (port 0 picks a free one)
//!   unix:/path/to/socket   Unix socket
//! and a connection carries ordinary two-party Cap'n Proto RPC.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use capnp::capability::FromClientHook;
use capnp::message::ReaderOptions;
use capnp_rpc::RpcSystem;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use futures::io::{AsyncRead, AsyncWrite, BufReader, BufWriter};
use futures::{AsyncReadExt, FutureExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::spawn_local;
use tokio_util::compat::TokioAsyncReadCompatExt;

/// Makes the bootstrap object of one connection.
pub type BootstrapFactory = fn() -> capnp::capability::Client;

pub enum Address {
    Tcp(String),
    Unix(PathBuf),
}

impl Address {
    /// `None` for an address of another kind, say a WebSocket's.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("unix:") {
            Some(path) => Some(Self::Unix(path.into())),
            None if text.matches(':').count() == 1 => Some(Self::Tcp(text.to_owned())),
            None => None,
        }
    }
}

/// Listens, prints `listening ADDRESS` with the port actually taken, and serves every connection with a bootstrap object of
/// its own. Ends only by an error.
pub async fn serve(address: &Address, make_bootstrap: BootstrapFactory) -> capnp::Result<()> {
    match address {
        Address::Tcp(address) => {
            let listener = TcpListener::bind(address).await?;
            announce(&listener.local_addr()?.to_string())?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                serve_stream(stream.compat(), make_bootstrap());
            }
        }
        Address::Unix(path) => {
            // A socket file left by a program that was killed would make listening fail.
            let _ = std::fs::remove_file(path);
            let listener = UnixListener::bind(path)?;
            announce(&format!("unix:{}", path.display()))?;
            loop {
                let (stream, _) = listener.accept().await?;
                serve_stream(stream.compat(), make_bootstrap());
            }
        }
    }
}

fn announce(address: &str) -> std::io::Result<()> {
    println!("listening {address}");
    std::io::stdout().flush()
}

/// A connection that ends badly is the peer's affair: it is reported, and the others are served on.
fn serve_stream(stream: impl AsyncRead + AsyncWrite + 'static, bootstrap: capnp::capability::Client) {
    let rpc = RpcSystem::new(Box::new(network(stream, Side::Server)), Some(bootstrap));
    spawn_local(async move {
        if let Err(error) = rpc.await {
            eprintln!("connection failed: {error}");
        }
    });
}

/// A client's side of a connection.
pub struct Connection {
    rpc: Rc<RefCell<RpcSystem<Side>>>,
}

impl Connection {
    pub async fn open(address: &Address) -> capnp::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Ok(Self::over(stream.compat()))
            }
            Address::Unix(path) => Ok(Self::over(UnixStream::connect(path).await?.compat())),
        }
    }

    fn over(stream: impl AsyncRead + AsyncWrite + 'static) -> Self {
        let rpc = Rc::new(RefCell::new(RpcSystem::new(Box::new(network(stream, Side::Client)), None)));
        // Shared, for `bootstrap` is needed again and again while the system runs.
        let running = rpc.clone();
        spawn_local(poll_fn(move |context| running.borrow_mut().poll_unpin(context)));
        Self { rpc }
    }

    /// The server's bootstrap object, asked for anew.
    pub fn bootstrap<Client: FromClientHook>(&self) -> Client {
        self.rpc.borrow_mut().bootstrap(Side::Server)
    }

    /// Ends the connection; what still runs on it fails.
    pub async fn close(self) -> capnp::Result<()> {
        let disconnector = self.rpc.borrow().get_disconnector();
        disconnector.await
    }
}

fn network(stream: impl AsyncRead + AsyncWrite + 'static, side: Side) -> VatNetwork<impl AsyncRead + Unpin> {
    let (reader, writer) = stream.split();
    VatNetwork::new(BufReader::new(reader), BufWriter::new(writer), side, ReaderOptions::new())
}
