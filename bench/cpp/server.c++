// The C++ RPC server: the Service of bench.capnp on a free port of 127.0.0.1, for as long as standard input stays open.

#include "bench.capnp.h"
#include "sampling.h"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <unistd.h>

static uint32_t living = 0;

class CounterServer final : public Counter::Server {
public:
  explicit CounterServer(uint32_t start) : value(start) { ++living; }
  ~CounterServer() noexcept(false) { --living; }

  kj::Promise<void> add(AddContext context) override {
    value += context.getParams().getAmount();
    context.getResults().setValue(value);
    return kj::READY_NOW;
  }

private:
  uint32_t value;
};

class ServiceServer final : public Service::Server {
public:
  kj::Promise<void> echo(EchoContext context) override {
    auto params = context.getParams();
    auto results = context.getResults();
    results.setNumber(params.getNumber());
    results.setText(params.getText());
    return kj::READY_NOW;
  }

  kj::Promise<void> echoData(EchoDataContext context) override {
    auto data = context.getParams().getData();
    context.getResults(capnp::MessageSize{data.size() / sizeof(capnp::word) + 8, 0}).setData(data);
    return kj::READY_NOW;
  }

  kj::Promise<void> next(NextContext context) override {
    context.getResults().setService(thisCap());
    return kj::READY_NOW;
  }

  kj::Promise<void> makeCounter(MakeCounterContext context) override {
    context.getResults().setCounter(kj::heap<CounterServer>(context.getParams().getStart()));
    return kj::READY_NOW;
  }

  kj::Promise<void> liveCounters(LiveCountersContext context) override {
    context.getResults().setCount(living);
    return kj::READY_NOW;
  }
};

int main() {
  auto io = kj::setupAsyncIo();
  auto address = io.provider->getNetwork().parseAddress("127.0.0.1", 0).wait(io.waitScope);
  auto listener = address->listen();
  capnp::TwoPartyServer server(kj::heap<ServiceServer>());
  auto serving = server.listen(*listener);
  sampling::say("{\"ready\":true,\"port\":" + std::to_string(listener->getPort()) + "}");

  auto input = io.lowLevelProvider->wrapInputFd(STDIN_FILENO);
  char byte;
  input->tryRead(&byte, 1, 1).wait(io.waitScope);
}
