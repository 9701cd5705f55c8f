# The network-specific types of `rpc.capnp` for a network of exactly two vats: one connection, a server and a client.

@0xa184c7885cdaf2a1;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp::rpc::twoparty");

enum Side {
  server @0;
  # The vat that accepted the connection.

  client @1;
  # The vat that opened it.
}

struct VatId {
  side @0 :Side;
}

struct ThirdPartyCompletion {
  # Not used for handoffs, as there is no third party; a vat uses it in an `Accept` to pick up what its peer `Join`ed.

  joinId @0 :UInt32;
  # The id that the accepting vat was told in a `JoinResult`.
}

struct ThirdPartyToAwait {}
# Never sent between two vats.

struct ThirdPartyToContact {}
# Never sent between two vats.

struct JoinKeyPart {
  # One of the parts that together make up a join.

  joinId @0 :UInt32;
  # Chosen by the vat that joins, the same for every part.

  partCount @1 :UInt16;
  # How many parts there are.

  partNum @2 :UInt16;
  # Which of them this is, counted from 0.
}

struct JoinResult {
  joinId @0 :UInt32;
  # Copied from the key parts.

  succeeded @1 :Bool;
  # All parts arrived and are indeed the same object.

  cap @2 :Capability;
  # The object that all parts are references to. One of the results carries it; in the others it is null.
}
