#include "desk.h"

#include <dirent.h>
#include <fcntl.h>
#include <kj/debug.h>
#include <kj/vector.h>
#include <unistd.h>

using descriptors::Holder;

Pipe::Pipe() {
  int fds[2];
  KJ_SYSCALL(pipe2(fds, O_CLOEXEC));
  reading = kj::AutoCloseFd(fds[0]);
  writing = kj::AutoCloseFd(fds[1]);
}

Holder::Client source(kj::StringPtr text) {
  Pipe pipe;
  kj::FdOutputStream(pipe.writing.get()).write(text.begin(), text.size());
  return kj::heap<HolderObject>(kj::mv(pipe.reading));
}

kj::String readAll(int fd) { return kj::FdInputStream(fd).readAllText(); }

kj::Promise<kj::Maybe<kj::String>> textOf(Holder::Client holder) {
  auto asked = holder.getFd();
  return asked.then([holder = kj::mv(holder)](kj::Maybe<int> fd) -> kj::Maybe<kj::String> {
    KJ_IF_MAYBE(number, fd) { return readAll(*number); }
    return nullptr;
  });
}

kj::Promise<void> DeskObject::write(WriteContext context) {
  auto params = context.getParams();
  auto promises = kj::heapArrayBuilder<kj::Promise<void>>(2);
  promises.add(params.getFirst().getFd().then([](kj::Maybe<int> fd) {
    KJ_IF_MAYBE(number, fd) { kj::FdOutputStream(*number).write("foo", 3); }
  }));
  promises.add(params.getSecond().getFd().then([context](kj::Maybe<int> fd) mutable {
    context.getResults().setSecondPresent(fd != nullptr);
    KJ_IF_MAYBE(number, fd) { kj::FdOutputStream(*number).write("bar", 3); }
  }));
  context.getResults().setThird(source("baz"));
  return kj::joinPromises(promises.finish());
}

kj::Promise<void> DeskObject::reflect(ReflectContext context) {
  context.getResults().setHolder(context.getParams().getHolder());
  return kj::READY_NOW;
}

kj::Promise<void> DeskObject::later(LaterContext context) {
  context.getResults().setHolder(timer.afterDelay(20 * kj::MILLISECONDS).then([]() { return source("baz"); }));
  return kj::READY_NOW;
}

kj::Promise<void> DeskObject::many(ManyContext context) {
  auto holders = context.getResults().initHolders(context.getParams().getCount());
  for (uint32_t i = 0; i < holders.size(); i++) holders.set(i, source("baz"));
  return kj::READY_NOW;
}

kj::Promise<void> DeskObject::count(CountContext context) {
  auto holders = context.getParams().getHolders();
  auto present = context.getResults().initPresent(holders.size());
  kj::Vector<kj::Promise<void>> asked;
  for (uint32_t i = 0; i < holders.size(); i++) {
    asked.add(holders[i].getFd().then([present, i](kj::Maybe<int> fd) mutable { present.set(i, fd != nullptr); }));
  }
  return kj::joinPromises(asked.releaseAsArray());
}

kj::Promise<void> DeskObject::open(OpenContext context) {
  DIR* folder = opendir("/proc/self/fd");
  KJ_REQUIRE(folder != nullptr, "there is no /proc/self/fd");
  uint32_t count = 0;
  while (readdir(folder) != nullptr) count++;
  closedir(folder);
  context.getResults().setCount(count);
  return kj::READY_NOW;
}
