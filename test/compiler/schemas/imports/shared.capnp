# Imported from above and from below.

@0xe1b7c3a5d9f20486;

const number :Int32 = 17;

struct Shared {
  id @0 :UInt64;
  next @1 :Shared;

  struct Inner(T) {
    value @0 :T;
  }

  enum Kind {
    small @0;
    large @1;
  }

  using Renamed = Kind;
}

const sharedDefault :Shared = (id = 0xfeedface, next = (id = 2));

annotation mark (*) :UInt32;

interface Peer {
  meet @0 (other :Peer, kind :Shared.Kind = large) -> (shared :Shared);
}

# Used by nobody: nodes of an imported file come along only when they are needed.
struct Lonely {
  x @0 :Int32;
}
