#include "endpoint.h"

#include <fcntl.h>
#include <kj/debug.h>
#include <kj/encoding.h>
#include <kj/filesystem.h>
#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <random>

namespace {

kj::String readFileNamedBy(const char* variable) {
  const char* path = getenv(variable);
  KJ_REQUIRE(path != nullptr, "a tls: address needs this environment variable to name a PEM file", variable);
  auto filesystem = kj::newDiskFilesystem();
  return filesystem->getRoot().openFile(filesystem->getCurrentPath().evalNative(path))->readAllText();
}

kj::Own<kj::TlsContext> makeTlsContext() {
  kj::TlsCertificate certificate(readFileNamedBy("CAPWIRE_TLS_CERT"));
  kj::TlsContext::Options options;
  kj::Maybe<kj::TlsKeypair> keypair;
  if (getenv("CAPWIRE_TLS_KEY") != nullptr) {
    keypair = kj::TlsKeypair{kj::TlsPrivateKey(readFileNamedBy("CAPWIRE_TLS_KEY")), certificate};
    KJ_IF_MAYBE(pair, keypair) { options.defaultKeypair = *pair; }
  }
  // The certificate is its own authority, so a client trusts exactly it.
  options.trustedCertificates = kj::arrayPtr(&certificate, 1);
  return kj::heap<kj::TlsContext>(kj::mv(options));
}

// Masks WebSocket frames; the tests need no secrecy.
class SystemEntropy final: public kj::EntropySource {
public:
  void generate(kj::ArrayPtr<kj::byte> buffer) override {
    for (auto& byte: buffer) byte = static_cast<kj::byte>(device());
  }

private:
  std::random_device device;
};

// A connection that ended badly is the peer's affair: say so and serve the others.
class LoggingErrorHandler final: public kj::TaskSet::ErrorHandler {
public:
  void taskFailed(kj::Exception&& exception) override {
    if (exception.getType() != kj::Exception::Type::DISCONNECTED) {
      std::cerr << "connection failed: " << exception.getDescription().cStr() << std::endl;
    }
  }
};

struct ClientWebSocket {
  kj::Own<kj::AsyncIoStream> stream;
  SystemEntropy entropy;
  kj::Own<kj::HttpClient> http;
};

}  // namespace

Connection::Connection(kj::Own<kj::AsyncIoStream> streamParam)
    : stream(kj::mv(streamParam)),
      network(kj::heap<capnp::TwoPartyVatNetwork>(*stream, capnp::rpc::twoparty::Side::CLIENT)),
      rpc(kj::heap(capnp::makeRpcClient(*network))) {}

Connection::Connection(kj::Own<kj::WebSocket> socketParam, kj::Own<void> keepAliveParam)
    : keepAlive(kj::mv(keepAliveParam)),
      socket(kj::mv(socketParam)),
      messages(kj::heap<capnp::WebSocketMessageStream>(*socket)),
      network(kj::heap<capnp::TwoPartyVatNetwork>(*messages, capnp::rpc::twoparty::Side::CLIENT)),
      rpc(kj::heap(capnp::makeRpcClient(*network))) {}

capnp::Capability::Client Connection::bootstrap() {
  capnp::MallocMessageBuilder message(8);
  auto vatId = message.getRoot<capnp::rpc::twoparty::VatId>();
  vatId.setSide(capnp::rpc::twoparty::Side::SERVER);
  return rpc->bootstrap(vatId);
}

kj::Promise<void> Connection::onDisconnect() { return network->onDisconnect(); }

// Upgrades every request to a WebSocket and speaks RPC over it.
class Endpoint::WebSocketService final: public kj::HttpService {
public:
  WebSocketService(const kj::HttpHeaderTable& headers, BootstrapFactory& makeBootstrap)
      : headers(headers), makeBootstrap(makeBootstrap) {}

  kj::Promise<void> request(kj::HttpMethod method, kj::StringPtr url, const kj::HttpHeaders& requestHeaders,
                            kj::AsyncInputStream& body, Response& response) override {
    if (!requestHeaders.isWebSocket()) return response.sendError(426, "Upgrade Required", headers);
    auto session = kj::heap<Session>(response.acceptWebSocket(kj::HttpHeaders(headers)), makeBootstrap());
    auto done = session->network.onDisconnect();
    return done.attach(kj::mv(session));
  }

private:
  // Destroyed last to first.
  struct Session {
    Session(kj::Own<kj::WebSocket> socketParam, capnp::Capability::Client bootstrap)
        : socket(kj::mv(socketParam)),
          messages(*socket),
          network(messages, capnp::rpc::twoparty::Side::SERVER),
          rpc(capnp::makeRpcServer(network, kj::mv(bootstrap))) {}

    kj::Own<kj::WebSocket> socket;
    capnp::WebSocketMessageStream messages;
    capnp::TwoPartyVatNetwork network;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
  };

  const kj::HttpHeaderTable& headers;
  BootstrapFactory& makeBootstrap;
};

Endpoint::Endpoint(kj::AsyncIoContext& io, kj::StringPtr address): io(io), kind(Kind::STREAM), where(kj::str(address)) {
  if (address.startsWith("ws:")) {
    kind = Kind::WEBSOCKET;
    where = kj::str(address.slice(3));
  } else if (address.startsWith("tls:")) {
    kind = Kind::TLS;
    where = kj::str(address.slice(4));
    tls = makeTlsContext();
  }
}

Endpoint::~Endpoint() {}

kj::Promise<void> Endpoint::serve(BootstrapFactory makeBootstrap) {
  // A socket file left by a program that was killed would make listening fail.
  if (where.startsWith("unix:")) unlink(where.slice(5).cStr());
  auto address = io.provider->getNetwork().parseAddress(where).wait(io.waitScope);
  auto receiver = address->listen();
  const char* prefix = kind == Kind::WEBSOCKET ? "ws:" : kind == Kind::TLS ? "tls:" : "";
  kj::String actual = kj::str(where);
  if (!where.startsWith("unix:")) {
    auto host = kj::heapString(where.slice(0, KJ_ASSERT_NONNULL(where.findLast(':'), "an address needs a port", where)));
    actual = kj::str(host, ":", receiver->getPort());
  }
  std::cout << "listening " << prefix << actual.cStr() << std::endl;
  KJ_IF_MAYBE(context, tls) { receiver = (*context)->wrapPort(kj::mv(receiver)); }
  if (kind == Kind::WEBSOCKET) {
    auto factory = kj::heap(kj::mv(makeBootstrap));
    auto service = kj::heap<WebSocketService>(headers, *factory);
    auto server = kj::heap<kj::HttpServer>(io.provider->getTimer(), headers, *service);
    auto done = server->listenHttp(*receiver);
    return done.attach(kj::mv(server), kj::mv(service), kj::mv(factory), kj::mv(receiver));
  }
  auto errors = kj::heap<LoggingErrorHandler>();
  auto tasks = kj::heap<kj::TaskSet>(*errors);
  auto done = acceptLoop(kj::mv(receiver), kj::mv(makeBootstrap), *tasks);
  return done.attach(kj::mv(tasks), kj::mv(errors));
}

kj::Promise<void> Endpoint::acceptLoop(kj::Own<kj::ConnectionReceiver> receiver, BootstrapFactory makeBootstrap, kj::TaskSet& tasks) {
  auto& accepting = *receiver;
  return accepting.accept().then(
      [this, receiver = kj::mv(receiver), makeBootstrap = kj::mv(makeBootstrap), &tasks](kj::Own<kj::AsyncIoStream> stream) mutable {
        auto server = kj::heap<capnp::TwoPartyServer>(makeBootstrap());
        tasks.add(server->accept(*stream).attach(kj::mv(stream), kj::mv(server)));
        return acceptLoop(kj::mv(receiver), kj::mv(makeBootstrap), tasks);
      });
}

kj::Promise<kj::Own<Connection>> Endpoint::connect() {
  return io.provider->getNetwork()
      .parseAddress(where)
      .then([](kj::Own<kj::NetworkAddress> address) {
        auto connecting = address->connect();
        return connecting.attach(kj::mv(address));
      })
      .then([this](kj::Own<kj::AsyncIoStream> stream) -> kj::Promise<kj::Own<Connection>> {
        if (kind == Kind::WEBSOCKET) return openWebSocket(kj::mv(stream));
        KJ_IF_MAYBE(context, tls) {
          return (*context)->wrapClient(kj::mv(stream), "localhost").then([](kj::Own<kj::AsyncIoStream> secure) {
            return kj::heap<Connection>(kj::mv(secure));
          });
        }
        return kj::heap<Connection>(kj::mv(stream));
      });
}

kj::Promise<kj::Own<Connection>> Endpoint::openWebSocket(kj::Own<kj::AsyncIoStream> stream) {
  auto client = kj::heap<ClientWebSocket>();
  client->stream = kj::mv(stream);
  kj::HttpClientSettings settings;
  settings.entropySource = client->entropy;
  client->http = kj::newHttpClient(headers, *client->stream, settings);
  kj::HttpHeaders requestHeaders(headers);
  requestHeaders.set(kj::HttpHeaderId::HOST, where.asPtr());
  auto opening = client->http->openWebSocket("/", requestHeaders);
  return opening.then([client = kj::mv(client)](kj::HttpClient::WebSocketResponse response) mutable -> kj::Own<Connection> {
    KJ_REQUIRE(response.webSocketOrBody.is<kj::Own<kj::WebSocket>>(), "the server refused the WebSocket", response.statusCode);
    return kj::heap<Connection>(kj::mv(response.webSocketOrBody.get<kj::Own<kj::WebSocket>>()), kj::mv(client));
  });
}

kj::Promise<void> standardInputEnd(kj::AsyncIoContext& io) {
  auto input = io.lowLevelProvider->wrapInputFd(STDIN_FILENO);
  auto& stream = *input;
  return stream.readAllBytes().ignoreResult().attach(kj::mv(input));
}
