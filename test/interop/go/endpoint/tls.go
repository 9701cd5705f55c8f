package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

func listenTLS(where string) (net.Listener, error) {
	certificate, err := tls.LoadX509KeyPair(os.Getenv("CAPWIRE_TLS_CERT"), os.Getenv("CAPWIRE_TLS_KEY"))
	if err != nil {
		return nil, err
	}
	return tls.Listen("tcp", where, &tls.Config{Certificates: []tls.Certificate{certificate}})
}

// dialTLS trusts the one certificate there is, which is for localhost.
func dialTLS(where string) (*tls.Conn, error) {
	path := os.Getenv("CAPWIRE_TLS_CERT")
	certificate, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certificate) {
		return nil, fmt.Errorf("%s holds no certificate", path)
	}
	return tls.Dial("tcp", where, &tls.Config{RootCAs: roots, ServerName: "localhost"})
}
