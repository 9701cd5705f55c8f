# The first version of a schema; evolution-v2.capnp is the same one later. The ids agree.

@0xd7a1c5e9f3b80246;

struct Person @0xe8c4a0f6b2d91357 {
  name @0 :Text;
  age @1 :UInt8;
  tags @2 :List(Text);
  scores @3 :List(UInt32);
  home @4 :Address;
}

struct Address @0xf9d5b1a7c3e02468 {
  street @0 :Text;
}

enum Role @0x8a6c2e4d0f1b3579 {
  guest @0;
  member @1;
}

interface Directory @0x9b7d3f5e1a2c468a {
  find @0 (name :Text) -> (person :Person);
}
