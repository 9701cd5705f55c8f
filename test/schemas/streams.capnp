@0xb5e1f7c2094d8a63;
# Streaming methods, inheritance along two paths, and methods that name their structs.

interface Sink {
  write @0 (bytes :Data) -> stream;
  end @1 () -> (length :UInt64);
}

interface Named {
  name @0 () -> (name :Text);
}

interface NamedSink extends(Sink, Named) {}

interface Sized extends(Named) {
  size @0 () -> (size :UInt64);
}

struct Range {
  from @0 :UInt64;
  to @1 :UInt64;
}

interface File extends(NamedSink, Sized) {
  # Inherits Named twice.

  read @0 Range -> (bytes :Data);
  locate @1 (text :Text) -> Range;
  open @2 (path :List(Text)) -> (file :File, parent :Directory);
}

interface Directory extends(Named) {
  entry @0 (name :Text) -> Entry;
}

struct Entry {
  union {
    none @0 :Void;
    file @1 :File;
    directory @2 :Directory;
  }
  details :group {
    owner @3 :Named;
    link @4 :Entry;
    any @5 :AnyPointer;
  }
}
