# Any JSON value as a Cap'n Proto struct, and annotations that shape how a struct is written as JSON.

@0x8ef99297a43a5e34;
$import "/capnp/c++.capnp".namespace("capnp::json");

struct Value {
  # A JSON value of any kind.

  union {
    null @0 :Void;
    boolean @1 :Bool;
    number @2 :Float64;
    string @3 :Text;
    array @4 :List(Value);
    object @5 :List(Field);
    # Members in order; JSON does not forbid a name to occur twice.

    call @6 :Call;
    # Not JSON proper: `name(arguments)`, as some applications write special values.

    raw @7 :Text;
    # Text that is JSON already and is put out as it stands. Decoders never produce it.
  }

  struct Field {
    name @0 :Text;
    value @1 :Value;
  }

  struct Call {
    function @0 :Text;
    params @1 :List(Value);
  }
}

annotation name @0xfa5b1fd61c2e7c3d (field, enumerant, method, group, union) :Text;
# The name in JSON, if it is to differ from the name in the schema.

annotation flatten @0x82d3e852af0336bf (field, group, union) :FlattenOptions;
# The members of the struct, group or union are written as members of the object around it.

struct FlattenOptions {
  prefix @0 :Text = "";
  # Put before the name of every member.
}

annotation discriminator @0xcfa794e8d19a0162 (struct, union) :DiscriminatorOptions;
# Which union member is set is written as a string member of its own, instead of being told from the member's name.

struct DiscriminatorOptions {
  name @0 :Text;
  # What that member is called. If null, the name of the union.

  valueName @1 :Text;
  # Where the value of the member that is set is written, the same name for all of them. If null, the member's own name.
}

annotation base64 @0xd7d879450a253e4b (field) :Void;
# `Data` is written as a base64 string, not as an array of numbers.

annotation hex @0xf061e22f0ae5c7b5 (field) :Void;
# `Data` is written as a string of hexadecimal digits, not as an array of numbers.

annotation notification @0xa0a054dea32fd98c (method) :Void;
# In JSON-RPC the method is a notification: it has no id and gets no response.
