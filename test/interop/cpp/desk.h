// The Desk of file-descriptors.capnp and the objects that hold descriptors, for server and client.

#pragma once

#include <capnp/capability.h>
#include <kj/io.h>
#include <kj/timer.h>

#include "file-descriptors.capnp.h"

// An object with a file descriptor, which it owns.
class HolderObject final: public descriptors::Holder::Server {
public:
  explicit HolderObject(kj::AutoCloseFd fd): fd(kj::mv(fd)) {}

  kj::Maybe<int> getFd() override { return fd.get(); }

private:
  kj::AutoCloseFd fd;
};

// The two ends of a pipe.
struct Pipe {
  Pipe();
  kj::AutoCloseFd reading, writing;
};

// The reading end of a pipe that holds `text`.
descriptors::Holder::Client source(kj::StringPtr text);

// Everything that can be read from `fd`.
kj::String readAll(int fd);

// What can be read from the descriptor of `holder`; null if it has none.
kj::Promise<kj::Maybe<kj::String>> textOf(descriptors::Holder::Client holder);

class DeskObject final: public descriptors::Desk::Server {
public:
  explicit DeskObject(kj::Timer& timer): timer(timer) {}

  kj::Promise<void> write(WriteContext context) override;
  kj::Promise<void> reflect(ReflectContext context) override;
  kj::Promise<void> later(LaterContext context) override;
  kj::Promise<void> many(ManyContext context) override;
  kj::Promise<void> count(CountContext context) override;
  kj::Promise<void> open(OpenContext context) override;

private:
  kj::Timer& timer;
};
