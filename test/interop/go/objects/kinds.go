package objects

import (
	"errors"

	"capnproto.org/go/capnp/v3/exc"

	"capwire/interop/build/interop"
)

// ErrorOf is the exception of a kind that the schema can name.
func ErrorOf(kind interop.Kind, reason string) error {
	return exc.New(typeOf(kind), "", reason)
}

func typeOf(kind interop.Kind) exc.Type {
	switch kind {
	case interop.Kind_overloaded:
		return exc.Overloaded
	case interop.Kind_disconnected:
		return exc.Disconnected
	case interop.Kind_unimplemented:
		return exc.Unimplemented
	default:
		return exc.Failed
	}
}

// KindOf is the kind of the exception that err is or wraps. An error that is no exception has failed.
func KindOf(err error) interop.Kind {
	var exception *exc.Exception
	if !errors.As(err, &exception) {
		return interop.Kind_failed
	}
	switch exception.Type {
	case exc.Overloaded:
		return interop.Kind_overloaded
	case exc.Disconnected:
		return interop.Kind_disconnected
	case exc.Unimplemented:
		return interop.Kind_unimplemented
	default:
		return interop.Kind_failed
	}
}
