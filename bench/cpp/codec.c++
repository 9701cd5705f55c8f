// The C++ codec: the work of ../codec/work.ts on the contents of ../codec/content.ts.

#include "contacts.h"
#include "sampling.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/debug.h>

using Words = kj::Array<capnp::word>;
using WordsPtr = kj::ArrayPtr<const capnp::word>;

struct PlainReading {
  bool valid, stale;
  int8_t gain;
  int16_t offset;
  int32_t raw;
  int64_t ticks;
  uint8_t channel;
  uint16_t flags;
  uint32_t sequence;
  uint64_t serial;
  float ratio;
  double value;
  int32_t low, high, lowAlarm, highAlarm;
  double mean, deviation, minimum, maximum;
};

static PlainReading makeReading() {
  return {true, false, -7, -3210, 1234567, -9876543210123, 250, 65000, 3999999999u, 1122334455667, 0.75f, 21.4375,
          -100, 100, -1000000, 1000000, 0.5, 1e-9, -12345.678, 98765.4321};
}

static Words encodeContacts(const std::vector<PlainContact>& contacts) {
  capnp::MallocMessageBuilder message;
  build(message.initRoot<AddressBook>(), contacts);
  return capnp::messageToFlatArray(message);
}

template <Touch& touch = touch>
static double decodeContacts(WordsPtr words) {
  capnp::FlatArrayMessageReader message(words);
  return sumOf<touch>(message.getRoot<AddressBook>());
}

static Words encodeReading(const PlainReading& from) {
  capnp::MallocMessageBuilder message;
  auto to = message.initRoot<Reading>();
  to.setValid(from.valid);
  to.setStale(from.stale);
  to.setGain(from.gain);
  to.setOffset(from.offset);
  to.setRaw(from.raw);
  to.setTicks(from.ticks);
  to.setChannel(from.channel);
  to.setFlags(from.flags);
  to.setSequence(from.sequence);
  to.setSerial(from.serial);
  to.setRatio(from.ratio);
  to.setValue(from.value);
  to.setLow(from.low);
  to.setHigh(from.high);
  to.setLowAlarm(from.lowAlarm);
  to.setHighAlarm(from.highAlarm);
  to.setMean(from.mean);
  to.setDeviation(from.deviation);
  to.setMinimum(from.minimum);
  to.setMaximum(from.maximum);
  return capnp::messageToFlatArray(message);
}

static double decodeReading(WordsPtr words) {
  capnp::FlatArrayMessageReader message(words);
  auto r = message.getRoot<Reading>();
  return r.getValid() + r.getStale() + r.getGain() + r.getOffset() + r.getRaw() + static_cast<double>(r.getTicks()) + r.getChannel() +
      r.getFlags() + r.getSequence() + static_cast<double>(r.getSerial()) + r.getRatio() + r.getValue() + r.getLow() + r.getHigh() +
      r.getLowAlarm() + r.getHighAlarm() + r.getMean() + r.getDeviation() + r.getMinimum() + r.getMaximum();
}

static volatile double sink;

int main() {
  auto small = makeContacts(100), large = makeContacts(10000);
  auto reading = makeReading();
  auto smallBytes = encodeContacts(small), largeBytes = encodeContacts(large), readingBytes = encodeReading(reading);
  uint32_t index = 0;
  auto emailAt = [&](uint32_t index) {
    capnp::FlatArrayMessageReader message(largeBytes);
    return touch(message.getRoot<AddressBook>().getContacts()[index].getEmail());
  };

  using sampling::work;
  sampling::serve({
      {"book-encode", work([&] { sink = encodeContacts(small).size(); }, [&] { return decodeContacts<touchCharacters>(encodeContacts(small)); })},
      {"book-decode", work([&] { sink = decodeContacts(smallBytes); }, [&] { return decodeContacts<touchCharacters>(smallBytes); })},
      {"numeric-encode", work([&] { sink = encodeReading(reading).size(); }, [&] { return decodeReading(encodeReading(reading)); })},
      {"numeric-decode", work([&] { sink = decodeReading(readingBytes); }, [&] { return decodeReading(readingBytes); })},
      {"random-access", work([&] { sink = emailAt(index = (index + 7919) % 10000); }, [&] { return emailAt(9999); })},
  });
}
