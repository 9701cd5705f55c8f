// Package endpoint is where the programs of this module listen and connect. An address is one of
//
//	127.0.0.1:4000         TCP (port 0 picks a free one)
//	unix:/path/to/socket   Unix socket
//
// Everything above it is ordinary Cap'n Proto RPC.
package endpoint

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"capnproto.org/go/capnp/v3"
	"capnproto.org/go/capnp/v3/rpc"
)

const unixPrefix = "unix:"

// Serve listens, prints "listening ADDRESS" with the port actually taken, and gives every connection a bootstrap
// object of its own, until standard input ends.
func Serve(address string, bootstrap func() capnp.Client) error {
	listener, err := net.Listen(split(address))
	if err != nil {
		return err
	}
	defer listener.Close()
	if !strings.HasPrefix(address, unixPrefix) {
		address = listener.Addr().String()
	}
	fmt.Println("listening", address)

	failed := make(chan error, 1)
	go func() { failed <- accept(listener, bootstrap) }()
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	select {
	case err = <-failed:
	case err = <-ended:
	}
	return err
}

func accept(listener net.Listener, bootstrap func() capnp.Client) error {
	for {
		stream, err := listener.Accept()
		if err != nil {
			return err
		}
		rpc.NewConn(rpc.NewStreamTransport(stream), &rpc.Options{BootstrapClient: bootstrap()})
	}
}

// Dial connects as a client.
func Dial(address string) (*rpc.Conn, error) {
	stream, err := net.Dial(split(address))
	if err != nil {
		return nil, err
	}
	return rpc.NewConn(rpc.NewStreamTransport(stream), nil), nil
}

func split(address string) (network, where string) {
	if strings.HasPrefix(address, unixPrefix) {
		return "unix", strings.TrimPrefix(address, unixPrefix)
	}
	return "tcp", address
}
