// descriptors-client unix:PATH [STORY…]: tells the named stories, or all, to a Desk (test/schemas/file-descriptors.capnp) whose socket passes
// descriptors, each on a connection of its own, and prints "ok NAME" or "FAIL NAME REASON". Ends with 1 if one failed.

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/debug.h>
#include <kj/timer.h>

#include <iostream>
#include <set>
#include <string>

#include "desk.h"

using descriptors::Desk;
using descriptors::Holder;

namespace {

class Stage {
public:
  Stage(kj::AsyncIoContext& io, kj::StringPtr address, uint maxFdsPerMessage)
      : io(io),
        stream(io.provider->getNetwork()
                   .parseAddress(address)
                   .wait(io.waitScope)
                   ->connect()
                   .wait(io.waitScope)
                   .downcast<kj::AsyncCapabilityStream>()),
        client(*stream, maxFdsPerMessage),
        desk(client.bootstrap().castAs<Desk>()) {}

  kj::AsyncIoContext& io;
  kj::Own<kj::AsyncCapabilityStream> stream;
  capnp::TwoPartyClient client;
  Desk::Client desk;

  // The promise's value; a hung call becomes a failure after ten seconds.
  template <typename T>
  T wait(kj::Promise<T>&& promise) {
    return io.provider->getTimer().timeoutAfter(10 * kj::SECONDS, kj::mv(promise)).wait(io.waitScope);
  }

  // The text that `holder`'s descriptor holds; "nothing" if it has none.
  kj::String text(Holder::Client holder) {
    KJ_IF_MAYBE(text, wait(textOf(kj::mv(holder)))) { return kj::mv(*text); }
    return kj::str("nothing");
  }

  uint32_t openThere() { return wait(desk.openRequest().send()).getCount(); }
};

// Gives away the writing ends of two pipes; returns what was written to them, and whether the second one came.
void write(Stage& stage, size_t size, kj::StringPtr second) {
  Pipe one, two;
  {
    auto request = stage.desk.writeRequest();
    request.initFill(size);
    request.setFirst(kj::heap<HolderObject>(kj::mv(one.writing)));
    request.setSecond(kj::heap<HolderObject>(kj::mv(two.writing)));
    auto promise = request.send();
    KJ_REQUIRE(stage.text(promise.getThird()) == "baz", "what is pipelined comes with its descriptor", size);
    auto response = stage.wait(kj::mv(promise));
    KJ_REQUIRE(response.getSecondPresent() == (second != ""), size);
  }
  KJ_REQUIRE(readAll(one.reading.get()) == "foo", size);
  KJ_REQUIRE(readAll(two.reading.get()) == second, size);
}

void everySize(Stage& stage) {
  for (size_t size: {1024 * 1024, 65536, 8192, 0}) write(stage, size, "bar");
}

void limit(Stage& stage) { write(stage, 100, ""); }

void promise(Stage& stage) { KJ_REQUIRE(stage.text(stage.desk.laterRequest().send().getHolder()) == "baz"); }

void reflected(Stage& stage) {
  auto request = stage.desk.reflectRequest();
  request.setHolder(source("ours"));
  KJ_REQUIRE(stage.text(request.send().getHolder()) == "ours");
}

// Calls with and without descriptors, sent in a row: each comes with its own.
void inARow(Stage& stage) {
  kj::Vector<capnp::RemotePromise<Desk::CountResults>> counts;
  kj::Vector<capnp::RemotePromise<Desk::ManyResults>> manys;
  for (uint32_t i = 0; i < 40; i++) {
    auto count = stage.desk.countRequest();
    auto holders = count.initHolders(2);
    if (i % 3 != 0) holders.set(0, source("one"));
    if (i % 4 == 0) holders.set(1, source("two"));
    counts.add(count.send());
    auto many = stage.desk.manyRequest();
    many.setCount(i % 3);
    manys.add(many.send());
  }
  for (uint32_t i = 0; i < 40; i++) {
    auto present = stage.wait(kj::mv(counts[i]));
    KJ_REQUIRE(present.getPresent()[0] == (i % 3 != 0), i);
    KJ_REQUIRE(present.getPresent()[1] == (i % 4 == 0), i);
    auto many = stage.wait(kj::mv(manys[i]));
    KJ_REQUIRE(many.getHolders().size() == i % 3);
    for (auto holder: many.getHolders()) KJ_REQUIRE(stage.text(holder) == "baz", i);
  }
}

void noLeak(Stage& stage) {
  auto before = stage.openThere();
  for (uint32_t i = 0; i < 200; i++) {
    auto count = stage.desk.countRequest();
    auto holders = count.initHolders(4);
    for (uint32_t j = 0; j < 4; j++) holders.set(j, source("spam"));
    stage.wait(count.send());
    auto many = stage.desk.manyRequest();
    many.setCount(4);
    stage.wait(many.send());
  }
  for (uint32_t attempt = 0; stage.openThere() != before; attempt++) {
    KJ_REQUIRE(attempt < 200, "descriptors were left open", before, stage.openThere());
    stage.wait(stage.io.provider->getTimer().afterDelay(10 * kj::MILLISECONDS));
  }
}

struct Story {
  const char* name;
  uint maxFdsPerMessage;
  void (*tell)(Stage& stage);
};

const Story STORIES[] = {{"every-size", 2, everySize}, {"limit", 1, limit},      {"promise", 2, promise},
                         {"reflected", 2, reflected},  {"in-a-row", 2, inARow}, {"no-leak", 4, noLeak}};

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " unix:PATH [STORY...]" << std::endl;
    return 2;
  }
  std::set<std::string> chosen(argv + 2, argv + argc);
  auto io = kj::setupAsyncIo();
  bool good = true;
  for (auto& story: STORIES) {
    if (!chosen.empty() && chosen.count(story.name) == 0) continue;
    KJ_IF_MAYBE(exception, kj::runCatchingExceptions([&]() {
                  Stage stage(io, argv[1], story.maxFdsPerMessage);
                  story.tell(stage);
                })) {
      std::cout << "FAIL " << story.name << " " << kj::str(*exception).cStr() << std::endl;
      good = false;
    } else {
      std::cout << "ok " << story.name << std::endl;
    }
  }
  return good ? 0 : 1;
}
