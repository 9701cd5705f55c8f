# Capabilities that outlive the connection they were received on.

@0xb8630836983feed7;
$import "/capnp/c++.capnp".namespace("capnp");

interface Persistent @0xc8cb212fcd9f5691 (SturdyRef, Owner) {
  # Implemented by capabilities that can be saved. What a saved reference looks like and who may own one is up to the realm
  # that the vats share, hence the two type parameters.

  save @0 SaveParams -> SaveResults;
  # Makes a reference that can be stored and, later and on another connection, turned back into this capability.

  struct SaveParams {
    sealFor @0 :Owner;
    # Who will be allowed to restore the reference; anybody else who gets hold of it can do nothing with it.
  }

  struct SaveResults {
    sturdyRef @0 :SturdyRef;
  }
}

annotation persistent @0xf622595091cafb67 (interface, field) :Void;
# Promises that the capabilities of this type, or in this field, implement `Persistent`.
