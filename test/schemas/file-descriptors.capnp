@0xa8c51f27e0b94d63;
# What the stories about file descriptors call, here and in the C++ peer (test/interop/cpp).

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("descriptors");

interface Holder {
  # An object that may have a file descriptor; it says nothing else.
}

interface Desk {
  write @0 (first :Holder, second :Holder, fill :Data) -> (third :Holder, secondPresent :Bool);
  # Writes "foo" to what `first` holds and "bar" to what `second` does, if it came; from what `third` holds "baz" can be read. As
  # writeToFd in C++'s own tests. `fill` makes the message so long.

  reflect @1 (holder :Holder) -> (holder :Holder);
  # Returns what it was given.

  later @2 () -> (holder :Holder);
  # A promise. Once it has been returned it becomes an object with a descriptor from which "baz" can be read.

  many @3 (count :UInt32) -> (holders :List(Holder));
  # That many objects, each with a descriptor from which "baz" can be read.

  count @4 (holders :List(Holder)) -> (present :List(Bool));
  # Which of them came with a descriptor.

  open @5 () -> (count :UInt32);
  # How many descriptors the process has.
}
