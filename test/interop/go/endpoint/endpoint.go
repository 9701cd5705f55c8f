// Package endpoint is where the programs of this module listen and connect. An address is one of
//
//	127.0.0.1:4000         TCP (port 0 picks a free one)
//	unix:/path/to/socket   Unix socket
//	tls:127.0.0.1:4000     TLS; certificate and key are the files named by CAPWIRE_TLS_CERT and CAPWIRE_TLS_KEY
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

const (
	unixPrefix = "unix:"
	tlsPrefix  = "tls:"
)

// Serve listens, prints "listening ADDRESS" with the port actually taken, and gives every connection a bootstrap
// object of its own, until standard input ends.
func Serve(address string, bootstrap func() capnp.Client) error {
	listener, actual, err := listen(address)
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Println("listening", actual)

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

func listen(address string) (_ net.Listener, actual string, err error) {
	var listener net.Listener
	switch {
	case strings.HasPrefix(address, unixPrefix):
		listener, err = net.Listen("unix", strings.TrimPrefix(address, unixPrefix))
		return listener, address, err
	case strings.HasPrefix(address, tlsPrefix):
		listener, err = listenTLS(strings.TrimPrefix(address, tlsPrefix))
		actual = tlsPrefix
	default:
		listener, err = net.Listen("tcp", address)
	}
	if err != nil {
		return nil, "", err
	}
	return listener, actual + listener.Addr().String(), nil
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
	stream, err := dial(address)
	if err != nil {
		return nil, err
	}
	return rpc.NewConn(rpc.NewStreamTransport(stream), nil), nil
}

func dial(address string) (io.ReadWriteCloser, error) {
	switch {
	case strings.HasPrefix(address, unixPrefix):
		return net.Dial("unix", strings.TrimPrefix(address, unixPrefix))
	case strings.HasPrefix(address, tlsPrefix):
		return dialTLS(strings.TrimPrefix(address, tlsPrefix))
	default:
		return net.Dial("tcp", address)
	}
}
