package main

import (
	"math"

	"capnproto.org/go/capnp/v3"

	"capwire/interop/build/interop"
)

// fill sets every field of values.
func fill(values interop.Values) error {
	values.SetBool(false)
	values.SetInt8(math.MinInt8)
	values.SetInt16(math.MinInt16)
	values.SetInt32(math.MinInt32)
	values.SetInt64(math.MinInt64)
	values.SetUint8(math.MaxUint8)
	values.SetUint16(math.MaxUint16)
	values.SetUint32(math.MaxUint32)
	values.SetUint64(math.MaxUint64)
	values.SetFloat32(-0.5)
	values.SetFloat64(1e300)
	values.SetKind(interop.Kind_overloaded)
	for _, fillPart := range []func(interop.Values) error{fillTexts, fillLists, fillStructs} {
		if err := fillPart(values); err != nil {
			return err
		}
	}
	return nil
}

func fillTexts(values interop.Values) error {
	if err := values.SetText("naïve 🚀"); err != nil {
		return err
	}
	if err := values.SetData([]byte{1, 2, 3}); err != nil {
		return err
	}
	texts, err := values.NewTexts(3)
	if err != nil {
		return err
	}
	for i, text := range []string{"", "a", "bb"} {
		if err := texts.Set(i, text); err != nil {
			return err
		}
	}
	datas, err := values.NewDatas(2)
	if err != nil {
		return err
	}
	if err := datas.Set(1, []byte("data")); err != nil {
		return err
	}
	values.SetWords()
	if err := values.Words().SetFirst("first"); err != nil {
		return err
	}
	return values.Words().SetSecond("second")
}

// list is a list of numbers that can be set.
type list[T any] interface {
	Set(i int, value T)
}

// setAll sets the elements of the list that make makes.
func setAll[T any, L list[T]](make func(length int32) (L, error), elements []T) error {
	list, err := make(int32(len(elements)))
	if err != nil {
		return err
	}
	for i, element := range elements {
		list.Set(i, element)
	}
	return nil
}

func fillLists(values interop.Values) error {
	for _, err := range []error{
		setAll(values.NewBools, []bool{true, false, true, true, false, false, true, false, true, true, true}),
		setAll(values.NewInt8s, []int8{-1, 0, 127}),
		setAll(values.NewInt16s, []int16{-1, 32767}),
		setAll(values.NewInt32s, []int32{-1, 0, math.MaxInt32}),
		setAll(values.NewInt64s, []int64{-1, math.MaxInt64}),
		setAll(values.NewUint8s, []uint8{0, 255}),
		setAll(values.NewUint16s, []uint16{65535}),
		setAll(values.NewUint32s, []uint32{1, math.MaxUint32}),
		setAll(values.NewUint64s, []uint64{math.MaxUint64}),
		setAll(values.NewFloat32s, []float32{0.25, -1.5}),
		setAll(values.NewFloat64s, []float64{0.1, math.Copysign(0, -1), 1e-300}),
		setAll(values.NewKinds, []interop.Kind{interop.Kind_unimplemented, interop.Kind_failed}),
	} {
		if err != nil {
			return err
		}
	}
	lists, err := values.NewLists(3)
	if err != nil {
		return err
	}
	for i, numbers := range [][]int32{{1, 2}, {}, {3}} {
		inner, err := capnp.NewInt32List(values.Segment(), int32(len(numbers)))
		if err != nil {
			return err
		}
		for j, number := range numbers {
			inner.Set(j, number)
		}
		if err := lists.Set(i, inner.ToPtr()); err != nil {
			return err
		}
	}
	return nil
}

func fillStructs(values interop.Values) error {
	inner, err := values.NewInner()
	if err != nil {
		return err
	}
	if err := inner.SetText("inner"); err != nil {
		return err
	}
	structs, err := values.NewStructs(3)
	if err != nil {
		return err
	}
	for i := 0; i < structs.Len(); i++ {
		structs.At(i).SetUint32(uint32(i))
	}
	return nil
}
