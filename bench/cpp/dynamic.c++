// C++'s dynamic API on the dynamic benches: the work of ../dynamic/work.ts that it can do, on a schema parsed when the program runs.
// Usage: dynamic <path of bench.capnp>

#include "contacts.h"
#include "sampling.h"

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/schema-parser.h>
#include <capnp/serialize.h>
#include <kj/filesystem.h>

using capnp::DynamicEnum;
using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::Text;

static volatile double sink;

template <Touch& touch = touch>
static double sumOfNames(DynamicStruct::Reader book) {
  double sum = 0;
  for (auto each : book.get("contacts").as<DynamicList>()) {
    auto contact = each.as<DynamicStruct>();
    sum += contact.get("id").as<uint32_t>() + touch(contact.get("name").as<Text>()) + touch(contact.get("email").as<Text>());
    for (auto of : contact.get("phones").as<DynamicList>()) {
      auto phone = of.as<DynamicStruct>();
      sum += touch(phone.get("number").as<Text>()) + phone.get("kind").as<DynamicEnum>().getRaw();
    }
    auto work = contact.get("work").as<DynamicStruct>();
    KJ_IF_MAYBE(member, work.which()) {
      auto name = member->getProto().getName();
      if (name == "company" || name == "university") sum += touch(work.get(name).as<Text>());
      if (name == "freelance") sum += 3;
    }
  }
  return sum;
}

template <Touch& touch = touch>
static double decode(capnp::StructSchema schema, kj::ArrayPtr<const capnp::word> words) {
  capnp::FlatArrayMessageReader message(words);
  return sumOfNames<touch>(message.getRoot<DynamicStruct>(schema));
}

static kj::Array<capnp::word> buildByName(capnp::StructSchema schema, const std::vector<PlainContact>& contacts) {
  capnp::MallocMessageBuilder message;
  auto list = message.initRoot<DynamicStruct>(schema).init("contacts", contacts.size()).as<DynamicList>();
  for (size_t i = 0; i < contacts.size(); i++) {
    static const char* const kinds[] = {"mobile", "home", "office"};
    static const char* const members[] = {"none", "company", "university", "freelance"};
    const auto& from = contacts[i];
    auto to = list[i].as<DynamicStruct>();
    to.set("id", from.id);
    to.set("name", text(from.name));
    to.set("email", text(from.email));
    auto phones = to.init("phones", from.phones.size()).as<DynamicList>();
    for (size_t j = 0; j < from.phones.size(); j++) {
      auto phone = phones[j].as<DynamicStruct>();
      phone.set("number", text(from.phones[j].number));
      phone.set("kind", kinds[from.phones[j].kind]);
    }
    auto work = to.get("work").as<DynamicStruct>();
    if (from.workName.empty()) work.set(members[from.work], capnp::VOID);
    else work.set(members[from.work], text(from.workName));
  }
  return capnp::messageToFlatArray(message);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s <bench.capnp>\n", argv[0]);
    return 2;
  }
  auto disk = kj::newDiskFilesystem();
  capnp::SchemaParser parser;
  auto file = parser.parseFromDirectory(disk->getRoot(), disk->getCurrentPath().evalNative(argv[1]), nullptr);
  auto schema = file.getNested("AddressBook").asStruct();
  auto contacts = makeContacts(100);
  auto words = buildByName(schema, contacts);
  auto get = sampling::work([&] { sink = decode(schema, words); }, [&] { return decode<touchCharacters>(schema, words); });

  sampling::serve({
      {"dynamic-read", get},
      {"dynamic-get", get},
      {"dynamic-build",
       sampling::work([&] { sink = buildByName(schema, contacts).size(); },
                      [&] { return decode<touchCharacters>(schema, buildByName(schema, contacts)); })},
  });
}
