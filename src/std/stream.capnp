# What a method declared with `-> stream` returns.

@0x86c366a91393f3f8;
$import "/capnp/c++.capnp".namespace("capnp");

struct StreamResult @0x995f9a3377c0b16e {
  # Nothing: a streaming method gives no results, only leave to send more. The compiler puts this type in place of `stream`.
}
