@0x9c1f0b5b5f0e7d3a;
# Who can be reached how.

struct AddressBook {
  people @0 :List(Person);
}

struct Person {
  name @0 :Text;
  phones @1 :List(Phone);
  union {
    # What they do all day.
    unknown @2 :Void;
    school @3 :Text;
    employer @4 :Text;
  }

  struct Phone {
    number @0 :Text;
    kind @1 :Kind = mobile;
  }

  enum Kind {
    mobile @0;
    home @1;
    work @2;
  }
}
