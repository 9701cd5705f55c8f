// Bytes and structures: what is written in one language is what the other reads.

#include <kj/array.h>

#include "scenario.h"

namespace {

using interop::Kind;
using interop::Tree;
using interop::Values;

template <typename List, typename T>
void setAll(List&& list, std::initializer_list<T> values) {
  uint32_t i = 0;
  for (auto value: values) list.set(i++, value);
}

void fill(Values::Builder values) {
  values.setBool(false);
  values.setInt8(-128);
  values.setInt16(-32768);
  values.setInt32(-2147483647 - 1);
  values.setInt64(-9223372036854775807ll - 1);
  values.setUint8(255);
  values.setUint16(65535);
  values.setUint32(4294967295u);
  values.setUint64(18446744073709551615ull);
  values.setFloat32(-0.5f);
  values.setFloat64(1e300);
  values.setText("na\xc3\xafve \xf0\x9f\x9a\x80");
  values.setData(kj::StringPtr("\x01\x02\x03").asBytes());
  values.setKind(Kind::OVERLOADED);
  values.initInner().setText("inner");
  setAll(values.initBools(11), {true, false, true, true, false, false, true, false, true, true, true});
  setAll(values.initInt8s(3), {-1, 0, 127});
  setAll(values.initInt16s(2), {-1, 32767});
  setAll(values.initInt32s(3), {-1, 0, 2147483647});
  setAll(values.initInt64s(2), {-1ll, 9223372036854775807ll});
  setAll(values.initUint8s(2), {0u, 255u});
  setAll(values.initUint16s(1), {65535u});
  setAll(values.initUint32s(2), {1u, 4294967295u});
  setAll(values.initUint64s(1), {18446744073709551615ull});
  setAll(values.initFloat32s(2), {0.25f, -1.5f});
  setAll(values.initFloat64s(3), {0.1, -0.0, 1e-300});
  setAll(values.initTexts(3), {"", "a", "bb"});
  values.initDatas(2).set(1, kj::StringPtr("data").asBytes());
  setAll(values.initKinds(2), {Kind::UNIMPLEMENTED, Kind::FAILED});
  auto structs = values.initStructs(3);
  for (uint32_t i = 0; i < structs.size(); i++) structs[i].setUint32(i);
  auto lists = values.initLists(3);
  setAll(lists.init(0, 2), {1, 2});
  lists.init(1, 0);
  setAll(lists.init(2, 1), {3});
  auto words = values.initWords();
  words.setFirst("first");
  words.setSecond("second");
}

void echoValues(Stage& stage) {
  auto request = stage.interop.echoValuesRequest();
  fill(request.initValues());
  auto sent = kj::str(request.getValues().asReader());
  auto response = stage.wait(request.send());
  auto values = response.getValues();
  KJ_ASSERT(kj::str(values) == sent, values, sent);
  KJ_ASSERT(values.isWords());
}

void echoDefaults(Stage& stage) {
  auto request = stage.interop.echoValuesRequest();
  request.initValues();
  auto response = stage.wait(request.send());
  auto values = response.getValues();
  KJ_ASSERT(values.getBool());
  KJ_ASSERT(values.getInt64() == -6464646464646464);
  KJ_ASSERT(values.getUint64() == 6464646464646464);
  KJ_ASSERT(values.getFloat32() == 32.5f);
  KJ_ASSERT(values.getFloat64() == -64.25);
  KJ_ASSERT(values.getText() == "Cap'n");
  KJ_ASSERT(values.getData().size() == 2 && values.getData()[0] == 0xca);
  KJ_ASSERT(values.getKind() == Kind::DISCONNECTED);
  KJ_ASSERT(values.isNone());
  KJ_ASSERT(!values.hasInner() && !values.hasStructs());
}

// Megabytes, in both directions; several frames of the transport each.
void largeMessage(Stage& stage) {
  auto request = stage.interop.echoRequest();
  auto blob = request.initBlob(3 * 1024 * 1024 + 5);
  for (size_t i = 0; i < blob.size(); i++) blob[i] = static_cast<kj::byte>(i * 7 + i / 256);
  auto sent = kj::heapArray<kj::byte>(blob.asBytes());
  auto response = stage.wait(request.send());
  KJ_ASSERT(response.getBlob().size() == sent.size());
  KJ_ASSERT(response.getBlob() == sent);
}

void sixteenMegabytes(Stage& stage) {
  auto request = stage.interop.echoRequest();
  auto blob = request.initBlob(16 * 1024 * 1024);
  for (size_t i = 0; i < blob.size(); i++) blob[i] = static_cast<kj::byte>(i * 5 + i / 65536);
  auto sent = kj::heapArray<kj::byte>(blob.asBytes());
  auto response = stage.wait(request.send());
  KJ_ASSERT(response.getBlob() == sent);
}

// Each side must read while it writes, or both wait for ever.
void largeMessagesBothWays(Stage& stage) {
  kj::Vector<kj::Promise<capnp::Response<interop::Interop::EchoResults>>> calls;
  for (uint32_t i = 0; i < 8; i++) {
    auto request = stage.interop.echoRequest();
    for (auto& byte: request.initBlob(1024 * 1024 + i)) byte = i;
    calls.add(request.send().eagerlyEvaluate(nullptr));
  }
  auto responses = stage.wait(kj::joinPromises(calls.releaseAsArray()));
  for (uint32_t i = 0; i < 8; i++) {
    auto blob = responses[i].getBlob();
    KJ_ASSERT(blob.size() == 1024 * 1024 + i);
    for (auto byte: blob) KJ_ASSERT(byte == i, i, byte);
  }
}

uint32_t countTree(Tree::Reader node, kj::StringPtr label) {
  KJ_ASSERT(node.getLabel() == label, node.getLabel(), label);
  uint32_t count = 1, i = 0;
  for (auto child: node.getChildren()) count += countTree(child, kj::str(label, ".", i++));
  return count;
}

void manySegments(Stage& stage) {
  auto request = stage.interop.treeRequest();
  request.setDepth(6);
  request.setFanOut(5);
  auto response = stage.wait(request.send());
  KJ_ASSERT(countTree(response.getRoot(), "0") == 19531);
}

void echoEmptyBlob(Stage& stage) { KJ_ASSERT(stage.wait(stage.interop.echoRequest().send()).getBlob().size() == 0); }

void manyCallsInFlight(Stage& stage) {
  auto counter = stage.newCounter();
  kj::Vector<kj::Promise<int64_t>> totals;
  for (uint32_t i = 0; i < 2000; i++) {
    auto request = counter.addRequest();
    request.setAmount(1);
    totals.add(request.send().then([](auto&& response) { return response.getTotal(); }));
  }
  auto values = stage.wait(kj::joinPromises(totals.releaseAsArray()));
  for (uint32_t i = 0; i < values.size(); i++) KJ_ASSERT(values[i] == i + 1, i, values[i]);
}

}  // namespace

void addValueScenarios(Scenarios& scenarios) {
  scenarios.add(Scenario{"values-of-every-type-come-back", echoValues});
  scenarios.add(Scenario{"unset-fields-have-their-defaults", echoDefaults});
  scenarios.add(Scenario{"an-empty-call-is-answered", echoEmptyBlob});
  scenarios.add(Scenario{"a-large-message-comes-back", largeMessage});
  scenarios.add(Scenario{"a-tree-of-many-segments-is-read", manySegments});
  scenarios.add(Scenario{"a-message-of-sixteen-megabytes-comes-back", sixteenMegabytes});
  scenarios.add(Scenario{"large-messages-cross-in-both-directions", largeMessagesBothWays});
  scenarios.add(Scenario{"two-thousand-calls-in-flight-keep-their-order", manyCallsInFlight});
}
