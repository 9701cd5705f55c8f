# Annotations that the C++ code generator reads. Other generators ignore them, but shared schemas carry them.

@0xbdf87d7bb8304e81;
$namespace("capnp::annotations");

annotation namespace @0xb9c6f99ebf805f2c (file) :Text;
# The C++ namespace that the file's declarations go into.

annotation name @0xf264a779fef191ce (field, enumerant, struct, enum, interface, method, param, group, union) :Text;
# What C++ calls the declaration, where that is not the name in the schema.

annotation allowCancellation @0xac7096ff8cfc9dce (interface, method, file) :Void;
# Lets C++ servers drop a method's work when its caller loses interest. Without it a call that began runs to its end.
