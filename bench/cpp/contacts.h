// The contacts of ../codec/content.ts, how C++ builds a message of them and the sum over all that is in it.
#pragma once

#include "bench.capnp.h"

#include <string>
#include <vector>

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

// The same contacts as makeContacts() of content.ts.
inline std::vector<PlainContact> makeContacts(int count) {
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

inline capnp::Text::Reader text(const std::string& s) {
  return capnp::Text::Reader(s.c_str(), s.size());
}

inline void build(AddressBook::Builder book, const std::vector<PlainContact>& contacts) {
  auto list = book.initContacts(contacts.size());
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
}

using Touch = double(capnp::Text::Reader);

// Length plus first byte, so that the text itself is touched.
inline double touch(capnp::Text::Reader text) {
  return text.size() == 0 ? 0 : text.size() + static_cast<unsigned char>(text[0]);
}

// The same of characters instead of bytes, as touch() of content.ts counts: slower, for checks. Knows letters of at most two bytes.
inline double touchCharacters(capnp::Text::Reader text) {
  if (text.size() == 0) return 0;
  double length = 0;
  for (unsigned char byte : text) length += (byte & 0xc0) != 0x80;
  unsigned char first = text[0];
  return length + (first < 0x80 ? first : ((first & 0x1f) << 6) + (text[1] & 0x3f));
}

// The sum that reading every field gives; with touchCharacters that of bookSum() of content.ts.
template <Touch& touch = touch>
inline double sumOf(AddressBook::Reader book) {
  double sum = 0;
  for (auto contact : book.getContacts()) {
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
