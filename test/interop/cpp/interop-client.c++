// interop-client ADDRESS [SCENARIO…]: runs the named scenarios (without names: all ordinary ones) against a server of interop.capnp and
// prints "ok NAME" or "FAIL NAME REASON" for each. `interop-client --list` prints the names. Exits with 1 if one failed.
// With CAPWIRE_ONE_CONNECTION=1 all scenarios share a connection, which must survive every one of them.

#include <kj/debug.h>
#include <stdlib.h>

#include <iostream>
#include <set>
#include <string>

#include "endpoint.h"
#include "scenario.h"

namespace {

kj::String oneLine(kj::StringPtr text) {
  auto line = kj::heapString(text);
  for (char& c: line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

// A run that prints nothing but results: what KJ would log (a promise nobody awaited, a peer that left) is the scenario's affair.
class QuietCallback final: public kj::ExceptionCallback {
public:
  void logMessage(kj::LogSeverity severity, const char* file, int line, int contextDepth, kj::String&& text) override {
    if (severity >= kj::LogSeverity::FATAL) next.logMessage(severity, file, line, contextDepth, kj::mv(text));
  }
};

class Runner {
public:
  Runner(kj::AsyncIoContext& io, Endpoint& endpoint): io(io), endpoint(endpoint) {}

  bool run(const Scenario& scenario) {
    auto failure = kj::runCatchingExceptions([&]() {
      if (connection.get() == nullptr) connection = endpoint.connect().wait(io.waitScope);
      Stage stage(io.waitScope, io.provider->getTimer(), connection->bootstrap().castAs<interop::Interop>());
      scenario.run(stage);
    });
    if (getenv("CAPWIRE_ONE_CONNECTION") == nullptr) connection = nullptr;
    KJ_IF_MAYBE(exception, failure) {
      std::cout << "FAIL " << scenario.name.cStr() << " " << oneLine(exception->getDescription()).cStr() << " ("
                << exception->getFile() << ":" << exception->getLine() << ")" << std::endl;
      return false;
    }
    std::cout << "ok " << scenario.name.cStr() << std::endl;
    return true;
  }

private:
  kj::AsyncIoContext& io;
  Endpoint& endpoint;
  kj::Own<Connection> connection;
};

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " ADDRESS [SCENARIO...] | --list" << std::endl;
    return 2;
  }
  Scenarios scenarios;
  addValueScenarios(scenarios);
  addObjectScenarios(scenarios);
  addPromiseScenarios(scenarios);
  addCallScenarios(scenarios);
  if (argv[1] == std::string("--list")) {
    for (auto& scenario: scenarios) std::cout << scenario.name.cStr() << std::endl;
    return 0;
  }

  std::set<std::string> chosen(argv + 2, argv + argc);
  QuietCallback quiet;
  auto io = kj::setupAsyncIo();
  Endpoint endpoint(io, argv[1]);
  Runner runner(io, endpoint);
  bool good = true;
  for (auto& scenario: scenarios) {
    if (chosen.empty() ? !scenario.onlyWhenNamed : chosen.count(scenario.name.cStr()) > 0) good = runner.run(scenario) && good;
  }
  return good ? 0 : 1;
}
