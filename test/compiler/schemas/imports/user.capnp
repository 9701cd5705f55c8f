# All the ways to bring names in from elsewhere.

@0x9a3e5f7b1c8d2460;

using Below = import "deep/below.capnp";
using import "shared.capnp".Shared;
using Kind = Shared.Renamed;
using mark = import "shared.capnp".mark;
using Text8 = List(Text);
using Twice = Alias;
using Alias = Below.Thing;
using Absolute = import "/schemas/imports/shared.capnp";
using Json = import "/capnp/compat/json.capnp";
using stamp = Below.stamp;
using .Local.Nested;

$mark(1);
$import "deep/below.capnp".stamp("file");

struct Local $mark(2) {
  struct Nested {
    up @0 :Local;
  }

  shared @0 :Shared;
  kind @1 :Kind = large $mark(3);
  thing @2 :Twice;
  things @3 :List(Alias);
  texts @4 :Text8;
  nested @5 :Nested;
  absolute @6 :Absolute.Shared.Kind;
  json @7 :Json.Value $Json.name("js");
  direct @8 :import "deep/below.capnp".Thing.Part;
  inner @9 :Shared.Inner(Text);
  rooted @10 : .Local.Nested;
  below @11 :Below.Box(Shared).Lid $stamp("field");
}
