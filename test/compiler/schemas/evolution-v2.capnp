# What became of evolution-v1.capnp: fields and methods were added, a field joined a union, a list got richer elements.

@0xd7a1c5e9f3b80247;

struct Person @0xe8c4a0f6b2d91357 {
  fullName @0 :Text;
  union {
    age @1 :UInt8;
    born @5 :UInt16;
  }
  tags @2 :List(Tag);
  scores @3 :List(Score);
  home @4 :Address;
  role @6 :Role = member;
  contact :group {
    mail @7 :Text;
    phone @8 :Text;
  }
}

struct Tag {
  text @0 :Text;
  weight @1 :Float32 = 1;
}

struct Score {
  points @0 :UInt32;
  game @1 :Text;
}

struct Address @0xf9d5b1a7c3e02468 {
  street @0 :Text;
  city @1 :Text;
}

enum Role @0x8a6c2e4d0f1b3579 {
  guest @0;
  member @1;
  admin @2;
}

interface Directory @0x9b7d3f5e1a2c468a {
  find @0 (name :Text, exact :Bool) -> (person :Person, others :List(Person));
  add @1 (person :Person);
}
