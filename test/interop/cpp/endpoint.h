// Endpoint: where a program of this folder listens or connects, whatever carries the bytes. An address is one of
//   127.0.0.1:4000         TCP (port 0 picks a free one)
//   unix:/path/to/socket   Unix socket
//   ws:127.0.0.1:4000      WebSocket, one binary frame per message
//   tls:127.0.0.1:4000     TLS; certificate and key are the files named by CAPWIRE_TLS_CERT and CAPWIRE_TLS_KEY
// Connection: one two-party connection over any of them. Everything above it is ordinary Cap'n Proto RPC.

#pragma once

#include <capnp/compat/websocket-rpc.h>
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/compat/http.h>
#include <kj/compat/tls.h>
#include <kj/function.h>

using BootstrapFactory = kj::Function<capnp::Capability::Client()>;

class Connection {
public:
  // Takes the client's side of a byte stream.
  explicit Connection(kj::Own<kj::AsyncIoStream> stream);
  // Takes the client's side of a WebSocket; `keepAlive` is dropped after it.
  Connection(kj::Own<kj::WebSocket> socket, kj::Own<void> keepAlive);
  KJ_DISALLOW_COPY(Connection);

  capnp::Capability::Client bootstrap();
  kj::Promise<void> onDisconnect();

private:
  // Destroyed last to first: the RPC system before the network it talks through, that before its stream.
  kj::Own<void> keepAlive;
  kj::Own<kj::AsyncIoStream> stream;
  kj::Own<kj::WebSocket> socket;
  kj::Own<capnp::MessageStream> messages;
  kj::Own<capnp::TwoPartyVatNetwork> network;
  kj::Own<capnp::RpcSystem<capnp::rpc::twoparty::VatId>> rpc;
};

class Endpoint {
public:
  // Reads the address; for TLS also the certificate. Throws kj::Exception for one it cannot use.
  Endpoint(kj::AsyncIoContext& io, kj::StringPtr address);
  ~Endpoint();
  KJ_DISALLOW_COPY(Endpoint);

  // Listens, prints "listening ADDRESS" with the port actually taken, and serves every connection with a bootstrap object
  // of its own. The promise ends only by an error.
  kj::Promise<void> serve(BootstrapFactory makeBootstrap);

  // Connects as a client.
  kj::Promise<kj::Own<Connection>> connect();

private:
  enum class Kind { STREAM, WEBSOCKET, TLS };
  class WebSocketService;

  kj::AsyncIoContext& io;
  Kind kind;
  kj::String where;
  kj::HttpHeaderTable headers;
  kj::Maybe<kj::Own<kj::TlsContext>> tls;

  kj::Promise<void> acceptLoop(kj::Own<kj::ConnectionReceiver> receiver, BootstrapFactory makeBootstrap, kj::TaskSet& tasks);
  kj::Promise<kj::Own<Connection>> openWebSocket(kj::Own<kj::AsyncIoStream> stream);
};

// A promise that ends when standard input does: how a test program is told to stop, also when its parent crashes.
kj::Promise<void> standardInputEnd(kj::AsyncIoContext& io);
