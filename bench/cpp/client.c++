// The C++ RPC client: the workloads of ../rpc/client.ts. Usage: client <port> [<round trip of the way there, in ms>]

#include "bench.capnp.h"
#include "sampling.h"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/debug.h>

#include <unistd.h>

#include <vector>

static constexpr char TEXT[] = "thirty-two bytes of text, or so.";
static constexpr uint32_t TEXT_SIZE = sizeof TEXT - 1;
static constexpr uint32_t CHAIN_LENGTH = 5;
static constexpr uint32_t CAPABILITIES = 10000;
static constexpr uint32_t CAPABILITY_WINDOW = 256;

class Workloads {
public:
  Workloads(Service::Client service, kj::WaitScope& waitScope, double roundTripMs)
      : service(kj::mv(service)), waitScope(waitScope), roundTripMs(roundTripMs), data(1 << 20) {
    for (size_t i = 0; i < data.size(); i++) data[i] = (i * 2654435761u) >> 13;
  }

  double sample(const std::string& bench, double limit) {
    if (bench == "rpc-sequential") return sampling::rate(limit, [this] { echo(++calls).wait(waitScope); });
    if (bench == "rpc-64") return inFlight(64, limit);
    if (bench == "rpc-1024") return inFlight(1024, limit);
    if (bench == "rpc-1mib") return 2 * sampling::rate(limit, [this] { echoData(); });  // MiB, both ways
    if (bench == "rpc-chain") return sampling::rate(limit, [this] { chain(); });
    if (bench == "rpc-chain-trips") return roundTrips();
    if (bench == "rpc-capabilities") return capabilities();
    throw std::runtime_error("no bench named " + bench);
  }

private:
  Service::Client service;
  kj::WaitScope& waitScope;
  double roundTripMs;
  std::vector<kj::byte> data;
  uint32_t calls = 0;
  uint64_t finished = 0;
  double deadline = 0;
  uint32_t requested = 0;
  std::vector<Counter::Client> held;

  kj::Promise<void> echo(uint32_t number) {
    auto request = service.echoRequest();
    request.setNumber(number);
    request.setText(TEXT);
    return request.send().then([number](capnp::Response<Service::EchoResults>&& results) {
      KJ_REQUIRE(results.getNumber() == number && results.getText().size() == TEXT_SIZE, "wrong answer");
    });
  }

  kj::Promise<void> echoUntilDeadline() {
    if (sampling::seconds() >= deadline) return kj::READY_NOW;
    return echo(++calls).then([this] {
      ++finished;
      return echoUntilDeadline();
    });
  }

  double inFlight(int window, double limit) {
    double start = sampling::seconds();
    deadline = start + limit;
    finished = 0;
    auto lanes = kj::heapArrayBuilder<kj::Promise<void>>(window);
    for (int i = 0; i < window; i++) lanes.add(echoUntilDeadline());
    kj::joinPromises(lanes.finish()).wait(waitScope);
    return finished / (sampling::seconds() - start);
  }

  void echoData() {
    auto request = service.echoDataRequest(capnp::MessageSize{data.size() / sizeof(capnp::word) + 8, 0});
    request.setData(kj::arrayPtr(data.data(), data.size()));
    auto results = request.send().wait(waitScope);
    auto answer = results.getData();
    KJ_REQUIRE(answer.size() == data.size() && answer[54321] == data[54321] && answer.back() == data.back(), "wrong answer");
  }

  void chain() {
    Service::Client last = service;
    for (uint32_t i = 0; i < CHAIN_LENGTH; i++) last = last.nextRequest().send().getService();
    auto request = last.echoRequest();
    request.setNumber(CHAIN_LENGTH);
    auto results = request.send().wait(waitScope);
    KJ_REQUIRE(results.getNumber() == CHAIN_LENGTH, "wrong answer");
  }

  double roundTrips() {
    double start = sampling::seconds();
    chain();
    return (sampling::seconds() - start) * 1000 / roundTripMs;
  }

  kj::Promise<void> makeCounters() {
    if (requested >= CAPABILITIES) return kj::READY_NOW;
    auto request = service.makeCounterRequest();
    request.setStart(requested++);
    return request.send().then([this](capnp::Response<Service::MakeCounterResults>&& results) {
      held.push_back(results.getCounter());
      return makeCounters();
    });
  }

  uint32_t liveCounters() {
    return service.liveCountersRequest().send().wait(waitScope).getCount();
  }

  double capabilities() {
    double start = sampling::seconds();
    requested = 0;
    held.reserve(CAPABILITIES);
    auto lanes = kj::heapArrayBuilder<kj::Promise<void>>(CAPABILITY_WINDOW);
    for (uint32_t i = 0; i < CAPABILITY_WINDOW; i++) lanes.add(makeCounters());
    kj::joinPromises(lanes.finish()).wait(waitScope);
    KJ_REQUIRE(liveCounters() == CAPABILITIES, "the server does not hold what was made");
    held.clear();
    uint32_t left;
    while ((left = liveCounters()) > 0) {
      KJ_REQUIRE(sampling::seconds() - start < 5, "objects were never released", left);
      usleep(1000);
    }
    return CAPABILITIES / (sampling::seconds() - start);
  }
};

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s <port> [<round trip ms>]\n", argv[0]);
    return 2;
  }
  auto io = kj::setupAsyncIo();
  auto address = io.provider->getNetwork().parseAddress("127.0.0.1", atoi(argv[1])).wait(io.waitScope);
  auto stream = address->connect().wait(io.waitScope);
  capnp::TwoPartyClient client(*stream);
  auto service = client.bootstrap().castAs<Service>();
  service.liveCountersRequest().send().wait(io.waitScope);

  Workloads workloads(kj::mv(service), io.waitScope, argc > 2 ? atof(argv[2]) : 0);
  sampling::answerRequests(0, [&](const std::string& bench, double limit) { return workloads.sample(bench, limit); });
}
