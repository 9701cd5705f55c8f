# Annotations on everything, with values of all kinds.

@0xb8e2f40c6a1d9357;

annotation everything @0xf3b8a7c6d5e40192 (*) :Text;
annotation nothing (*) :Void;
annotation onFile (file) :UInt32;
annotation onConst (const) :Int8;
annotation onEnum (enum) :Float32;
annotation onEnumerant (enumerant) :Bool;
annotation onStruct (struct) :Options;
annotation onField (field) :List(Text);
annotation onUnion (union) :Level;
annotation onGroup (group) :Data;
annotation onInterface (interface) :Int64;
annotation onParam (param) :List(Options);
annotation onAnnotation (annotation) :Text $everything("annotation");
annotation several (struct, field, enum) :UInt16;

$everything("file");
$onFile(7);
$nothing;

struct Options $onStruct((name = "self", level = high)) $several(1) $everything("struct") {
  name @0 :Text $onField(["one", "two"]) $several(2);
  level @1 :Level $nothing;
  nested @2 :Options;

  choice :union $onUnion(low) $everything("union") {
    yes @3 :Void $everything("member");
    no @4 :Text;
  }

  part :group $onGroup(0x"c0ffee") {
    half @5 :UInt8 $everything("in a group");
  }

  union {
    left @6 :Void;
    right @7 :Void;
  }
}

enum Level $onEnum(1.5) $several(3) {
  low @0 $onEnumerant(true);
  high @1 $everything("enumerant");
}

const number :Int32 = 1 $onConst(-1) $everything("const");

interface Service $onInterface(-5) $everything("interface") {
  call @0 (
    plain :Int32 $onParam([(name = "a"), (level = high, nested = (name = "b"))]),
    other :Text = "x" $everything("param")
  ) -> (result :Text $everything("result")) $everything("method") $nothing;
}

struct Holder {
  service @0 :Service;
  annotation inner (field) :UInt8;
  value @1 :UInt8 $inner(3) $Holder.inner(4);
}
