// descriptors-server unix:PATH MAX: serves a Desk (test/schemas/file-descriptors.capnp) over a Unix socket that passes descriptors, MAX with one
// message at most. Prints "listening unix:PATH" and ends with 0 when standard input does.

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/debug.h>
#include <stdlib.h>
#include <unistd.h>

#include <iostream>

#include "desk.h"

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " unix:PATH MAX" << std::endl;
    return 2;
  }
  auto io = kj::setupAsyncIo();
  kj::StringPtr where = argv[1];
  unlink(where.slice(5).cStr());
  auto receiver = io.provider->getNetwork().parseAddress(where).wait(io.waitScope)->listen();
  capnp::TwoPartyServer server(kj::heap<DeskObject>(io.provider->getTimer()));
  std::cout << "listening " << where.cStr() << std::endl;
  auto input = io.lowLevelProvider->wrapInputFd(STDIN_FILENO);
  auto end = input->readAllBytes().ignoreResult();
  server.listenCapStreamReceiver(*receiver, atoi(argv[2])).exclusiveJoin(kj::mv(end)).wait(io.waitScope);
  return 0;
}
