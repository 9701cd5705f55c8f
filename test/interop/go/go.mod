module capwire/interop

go 1.21

require capnproto.org/go/capnp/v3 v3.1.0-alpha.2
