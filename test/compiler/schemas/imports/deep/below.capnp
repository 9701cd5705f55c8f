# Imports from the directory above, and back.

@0xc5d1e9f3a7b20648;

using Up = import "../shared.capnp";
using User = import "../user.capnp";

annotation stamp (file, field) :Text;

struct Thing {
  owner @0 :User.Local;
  shared @1 :Up.Shared;

  struct Part {
    whole @0 :Thing;
  }
}

struct Box(T) {
  content @0 :T;

  struct Lid {
    box @0 :Box(T);
    content @1 :T;
    plain @2 :Box;
  }
}
