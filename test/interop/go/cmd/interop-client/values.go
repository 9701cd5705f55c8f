package main

import (
	"bytes"
	"fmt"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
)

// Bytes and structures: what is written in one language is what the other reads.
var valueScenarios = []scenario{
	{name: "values-of-every-type-come-back", run: echoValues},
	{name: "unset-fields-have-their-defaults", run: echoDefaults},
	{name: "an-empty-call-is-answered", run: echoNothing},
	{name: "a-large-message-comes-back", run: largeMessage},
	{name: "a-tree-of-many-segments-is-read", run: manySegments},
	{name: "a-message-of-sixteen-megabytes-comes-back", run: hugeMessage},
	{name: "large-messages-cross-in-both-directions", run: crossingMessages},
	{name: "two-thousand-calls-in-flight-keep-their-order", run: manyCallsInFlight},
}

func echoValues(s *stage) {
	var sent []byte
	future, release := s.interop.EchoValues(s.ctx, func(params interop.Interop_echoValues_Params) error {
		values, err := params.NewValues()
		if err != nil {
			return err
		}
		if err := fill(values); err != nil {
			return err
		}
		sent, err = capnp.Canonicalize(capnp.Struct(values))
		return err
	})
	s.later(release)
	values := wait(s, func() (interop.Values, error) {
		results, err := future.Struct()
		if err != nil {
			return interop.Values{}, err
		}
		return results.Values()
	})
	received, err := capnp.Canonicalize(capnp.Struct(values))
	s.check(err)
	if !bytes.Equal(received, sent) {
		s.failf("what came back differs: %v", values)
	}
	expect(s, "the union", values.Which(), interop.Values_Which_words)
}

func echoDefaults(s *stage) {
	future, release := s.interop.EchoValues(s.ctx, func(params interop.Interop_echoValues_Params) error {
		_, err := params.NewValues()
		return err
	})
	s.later(release)
	values, err := wait(s, future.Struct).Values()
	s.check(err)
	expect(s, "bool", values.Bool(), true)
	expect(s, "int8", values.Int8(), -8)
	expect(s, "int16", values.Int16(), -1616)
	expect(s, "int32", values.Int32(), -32323232)
	expect(s, "int64", values.Int64(), -6464646464646464)
	expect(s, "uint8", values.Uint8(), 8)
	expect(s, "uint16", values.Uint16(), 1616)
	expect(s, "uint32", values.Uint32(), 32323232)
	expect(s, "uint64", values.Uint64(), 6464646464646464)
	expect(s, "float32", values.Float32(), 32.5)
	expect(s, "float64", values.Float64(), -64.25)
	text, err := values.Text()
	s.check(err)
	expect(s, "text", text, "Cap'n")
	data, err := values.Data()
	s.check(err)
	expect(s, "data", string(data), "\xca\xfe")
	expect(s, "kind", values.Kind(), interop.Kind_disconnected)
	expect(s, "the union", values.Which(), interop.Values_Which_none)
	expect(s, "hasInner", values.HasInner(), false)
	expect(s, "hasStructs", values.HasStructs(), false)
}

func echoNothing(s *stage) {
	future, release := s.interop.Echo(s.ctx, nil)
	s.later(release)
	blob, err := wait(s, future.Struct).Blob()
	s.check(err)
	expect(s, "the length", len(blob), 0)
}

// Megabytes, in both directions.
func largeMessage(s *stage) {
	sent := make([]byte, 3*1024*1024+5)
	for i := range sent {
		sent[i] = byte(i*7 + i/256)
	}
	expectEcho(s, sent, s.echo(sent))
}

func hugeMessage(s *stage) {
	sent := make([]byte, 16*1024*1024)
	for i := range sent {
		sent[i] = byte(i*5 + i/65536)
	}
	expectEcho(s, sent, s.echo(sent))
}

// Each side must read while it writes, or both wait for ever.
func crossingMessages(s *stage) {
	var sent [][]byte
	var echoes []interop.Interop_echo_Results_Future
	for i := 0; i < 8; i++ {
		blob := bytes.Repeat([]byte{byte(i)}, 1024*1024+i)
		sent = append(sent, blob)
		echoes = append(echoes, s.echo(blob))
	}
	for i, echo := range echoes {
		expectEcho(s, sent[i], echo)
	}
}

func (s *stage) echo(blob []byte) interop.Interop_echo_Results_Future {
	future, release := s.interop.Echo(s.ctx, func(params interop.Interop_echo_Params) error { return params.SetBlob(blob) })
	s.later(release)
	return future
}

func expectEcho(s *stage, sent []byte, echo interop.Interop_echo_Results_Future) {
	received, err := wait(s, echo.Struct).Blob()
	s.check(err)
	if !bytes.Equal(received, sent) {
		s.failf("what came back differs: %d bytes of %d", len(received), len(sent))
	}
}

func manySegments(s *stage) {
	future, release := s.interop.Tree(s.ctx, func(params interop.Interop_tree_Params) error {
		params.SetDepth(6)
		params.SetFanOut(5)
		return nil
	})
	s.later(release)
	root, err := wait(s, future.Struct).Root()
	s.check(err)
	expect(s, "the number of nodes", countTree(s, root, "0"), 19531)
}

func countTree(s *stage, node interop.Tree, label string) int {
	got, err := node.Label()
	s.check(err)
	expect(s, "the label", got, label)
	children, err := node.Children()
	s.check(err)
	count := 1
	for i := 0; i < children.Len(); i++ {
		count += countTree(s, children.At(i), fmt.Sprintf("%s.%d", label, i))
	}
	return count
}

func manyCallsInFlight(s *stage) {
	counter := s.newCounter(0)
	var totals []interop.Counter_add_Results_Future
	for i := 0; i < 2000; i++ {
		totals = append(totals, s.addLater(counter, 1))
	}
	for i, total := range totals {
		expect(s, "the total", wait(s, total.Struct).Total(), int64(i+1))
	}
}
