@0xe8a1c7d250b3f496;
# The annotations of /capnp/compat/json.capnp, alone and together.

using Json = import "/capnp/compat/json.capnp";

enum Level {
  low @0;
  middle @1 $Json.name("in-between");
  high @2 $Json.name("HIGH");
}

struct Everything {
  someField @0 :Text $Json.name("names-can_contain!anything Really");

  aGroup :group $Json.flatten() {
    flatFoo @1 :UInt32;
    flatBar @2 :Text;
    flatBaz :group $Json.name("renamed-flatBaz") {
      hello @3 :Bool;
    }
    doubleFlat :group $Json.flatten() {
      flatQux @4 :Text;
    }
  }

  prefixedGroup :group $Json.flatten(prefix = "pfx.") {
    foo @5 :Text;
    bar @6 :UInt32 $Json.name("renamed-bar");
    baz :group {
      hello @7 :Bool;
    }
    morePrefix :group $Json.flatten(prefix = "xfp.") {
      qux @8 :Text;
    }
  }

  aUnion :union $Json.flatten() $Json.discriminator(name = "union-type") {
    foo :group $Json.flatten() {
      fooMember @9 :Text;
      multiMember @10 :UInt32;
    }
    bar :group $Json.flatten() $Json.name("renamed-bar") {
      barMember @11 :UInt32;
      multiMember @12 :Text;
    }
  }

  dependency @13 :Dependency;
  simpleGroup :group {
    grault @14 :Text $Json.name("renamed-grault");
  }

  enums @15 :List(Level);

  innerJson @16 :Json.Value;

  customFieldHandler @17 :Text;

  testBase64 @18 :Data $Json.base64;
  testHex @19 :Data $Json.hex;

  bUnion :union $Json.flatten() $Json.discriminator(valueName = "bValue") {
    foo @20 :Text;
    bar @21 :UInt32 $Json.name("renamed-bar");
  }

  externalUnion @22 :External;

  unionWithVoid :union $Json.discriminator(name = "type") {
    intValue @23 :UInt32;
    voidValue @24 :Void;
    textValue @25 :Text;
  }
}

struct Dependency {
  foo @0 :Text $Json.name("renamed-foo");
}

struct External $Json.discriminator(name = "type", valueName = "value") {
  union {
    foo @0 :Foo;
    bar @1 :Bar $Json.name("renamed-bar");
    nothing @2 :Void;
  }

  struct Foo {
    tag @0 :UInt8;
  }
  struct Bar {
    names @0 :List(Text);
  }
}

struct Outer {
  name @0 :Text;
  inner @1 :Inner $Json.flatten(prefix = "inner_");
  other @2 :Inner;

  struct Inner {
    level @0 :Level = middle;
    bytes @1 :Data = "abc" $Json.hex;
    union {
      left @2 :Int64;
      right @3 :Float32;
    }
  }
}

struct Cycle {
  again @0 :Cycle $Json.flatten(prefix = "x");
}

struct Clash {
  first @0 :Text $Json.name("same");
  second @1 :Text $Json.name("same");
}

struct Bound {
  pair @0 :Pair(Text, Dependency);
  pairs @1 :List(Pair(List(Level), Data));

  struct Pair(A, B) {
    first @0 :A $Json.name("1st");
    second @1 :B;
  }
}
