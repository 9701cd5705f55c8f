// The C++ codec: the work of ../codec/worker.ts on the contents of ../codec/content.ts.

#include "bench.capnp.h"
#include "sampling.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/debug.h>

#include <vector>

using Words = kj::Array<capnp::word>;
using WordsPtr = kj::ArrayPtr<const capnp::word>;

struct PlainPhone {
  std::string number;
  int kind;
};

struct PlainContact {
  uint32_t id;
  std::string name, email;
  std::vector<PlainPhone> phones;
  int work;  // 0 none, 1 company, 2 university, 3 freelance
  std::string workName;
};

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

// The same contacts as makeContacts() of content.ts.
static std::vector<PlainContact> makeContacts(int count) {
  static const char* const given[] = {"Zoë", "Jürgen", "Amélie", "Søren", "Inês", "Łukasz", "Małgorzata"};
  static const char* const domains[] = {"example.org", "mail.example.com", "example.net"};
  std::vector<PlainContact> contacts;
  for (int i = 0; i < count; i++) {
    auto number = std::to_string(i);
    PlainContact contact{uint32_t(i * 31 + 5), std::string(given[i % 7]) + " Sample the " + number + "th", "sample." + number + "@" + domains[i % 3],
                         {}, i % 4, ""};
    for (int j = 0; j <= i % 3; j++) contact.phones.push_back({"+49 30 " + std::to_string(5550000 + i * 3 + j), j});
    if (contact.work == 1) contact.workName = "Works No. " + std::to_string(i % 25);
    if (contact.work == 2) contact.workName = "University of Town " + std::to_string(i % 9);
    contacts.push_back(std::move(contact));
  }
  return contacts;
}

static PlainReading makeReading() {
  return {true, false, -7, -3210, 1234567, -9876543210123, 250, 65000, 3999999999u, 1122334455667, 0.75f, 21.4375,
          -100, 100, -1000000, 1000000, 0.5, 1e-9, -1e50, 1e50};
}

static capnp::Text::Reader text(const std::string& s) {
  return capnp::Text::Reader(s.c_str(), s.size());
}

static Words encodeContacts(const std::vector<PlainContact>& contacts) {
  capnp::MallocMessageBuilder message;
  auto list = message.initRoot<AddressBook>().initContacts(contacts.size());
  for (size_t i = 0; i < contacts.size(); i++) {
    const auto& from = contacts[i];
    auto to = list[i];
    to.setId(from.id);
    to.setName(text(from.name));
    to.setEmail(text(from.email));
    auto phones = to.initPhones(from.phones.size());
    for (size_t j = 0; j < from.phones.size(); j++) {
      phones[j].setNumber(text(from.phones[j].number));
      phones[j].setKind(static_cast<Contact::Phone::Kind>(from.phones[j].kind));
    }
    auto work = to.initWork();
    switch (from.work) {
      case 0: work.setNone(); break;
      case 1: work.setCompany(text(from.workName)); break;
      case 2: work.setUniversity(text(from.workName)); break;
      case 3: work.setFreelance(); break;
    }
  }
  return capnp::messageToFlatArray(message);
}

// Length plus first byte, so that the text itself is touched.
static double touch(capnp::Text::Reader text) {
  return text.size() == 0 ? 0 : text.size() + static_cast<unsigned char>(text[0]);
}

static double decodeContacts(WordsPtr words) {
  capnp::FlatArrayMessageReader message(words);
  double sum = 0;
  for (auto contact : message.getRoot<AddressBook>().getContacts()) {
    sum += contact.getId() + touch(contact.getName()) + touch(contact.getEmail());
    for (auto phone : contact.getPhones()) sum += touch(phone.getNumber()) + static_cast<int>(phone.getKind());
    auto work = contact.getWork();
    switch (work.which()) {
      case Contact::Work::NONE: break;
      case Contact::Work::COMPANY: sum += touch(work.getCompany()); break;
      case Contact::Work::UNIVERSITY: sum += touch(work.getUniversity()); break;
      case Contact::Work::FREELANCE: sum += 3; break;
    }
  }
  return sum;
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

  sampling::answerRequests(0, [&](const std::string& bench, double limit) {
    if (bench == "book-encode") return sampling::rate(limit, [&] { sink = encodeContacts(small).size(); });
    if (bench == "book-decode") return sampling::rate(limit, [&] { sink = decodeContacts(smallBytes); });
    if (bench == "numeric-encode") return sampling::rate(limit, [&] { sink = encodeReading(reading).size(); });
    if (bench == "numeric-decode") return sampling::rate(limit, [&] { sink = decodeReading(readingBytes); });
    if (bench == "random-access") {
      return sampling::rate(limit, [&] {
        index = (index + 7919) % 10000;
        capnp::FlatArrayMessageReader message(largeBytes);
        sink = touch(message.getRoot<AddressBook>().getContacts()[index].getEmail());
      });
    }
    throw std::runtime_error("no bench named " + bench);
  });
}
