// The C++ side of the packing benches: the work of ../packing/work.ts.

#include "contacts.h"
#include "sampling.h"

#include <capnp/message.h>
#include <capnp/serialize-packed.h>
#include <capnp/serialize.h>
#include <kj/io.h>

using Bytes = kj::ArrayPtr<const kj::byte>;

static constexpr size_t SIZE = 1000000;
static volatile double sink;

// The numbers of ../packing/data.ts: xorshift32.
class Numbers {
public:
  uint32_t next() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }

private:
  uint32_t state = 2463534242u;
};

// Half of the words empty, in the others a quarter of the bytes set.
static kj::Array<kj::byte> makeZeros() {
  auto bytes = kj::heapArray<kj::byte>(SIZE);
  memset(bytes.begin(), 0, SIZE);
  Numbers numbers;
  for (size_t word = 0; word < SIZE; word += 8) {
    uint32_t choice = numbers.next();
    if ((choice & 1) == 0) continue;
    for (size_t i = 0; i < 8; i++) {
      if (((choice >> (1 + 2 * i)) & 3) == 0) bytes[word + i] = 1 + numbers.next() % 255;
    }
  }
  return bytes;
}

static kj::Array<kj::byte> makeText() {
  static constexpr char letters[] = "etaoin shrdlu cmfwyp vbgkjqxz  .";
  auto bytes = kj::heapArray<kj::byte>(SIZE);
  Numbers numbers;
  for (auto& byte : bytes) byte = letters[numbers.next() % 32];
  return bytes;
}

static kj::Array<kj::byte> makeRandom() {
  auto bytes = kj::heapArray<kj::byte>(SIZE);
  Numbers numbers;
  for (auto& byte : bytes) byte = numbers.next() >> 8;
  return bytes;
}

// The message of an address book, again and again; its last bytes are zero.
static kj::Array<kj::byte> makeBook(Bytes message) {
  auto bytes = kj::heapArray<kj::byte>(SIZE);
  memset(bytes.begin(), 0, SIZE);
  for (size_t at = 0; at + message.size() <= SIZE; at += message.size()) memcpy(bytes.begin() + at, message.begin(), message.size());
  return bytes;
}

// A packer's result is made for it, as a caller who does not know its size has to.
static kj::Array<kj::byte> pack(Bytes bytes) {
  kj::VectorOutputStream output(SIZE / 2);
  capnp::_::PackedOutputStream packer(output);
  packer.write(bytes.begin(), bytes.size());
  return kj::heapArray<kj::byte>(output.getArray());
}

static kj::Array<kj::byte> unpack(Bytes packed) {
  auto bytes = kj::heapArray<kj::byte>(SIZE);
  kj::ArrayInputStream input(packed);
  capnp::_::PackedInputStream unpacker(input);
  unpacker.read(bytes.begin(), bytes.size());
  return bytes;
}

// Of ../packing/data.ts: a checksum whose value a double holds exactly.
static double checksum(Bytes bytes) {
  uint32_t sum = 0;
  for (auto byte : bytes) sum = sum * 31 + byte;
  return sum + 4294967296.0 * (bytes.size() % 1000003);
}

static kj::Array<kj::byte> encodePacked(const std::vector<PlainContact>& contacts) {
  capnp::MallocMessageBuilder message;
  build(message.initRoot<AddressBook>(), contacts);
  kj::VectorOutputStream output;
  capnp::writePackedMessage(output, message);
  return kj::heapArray<kj::byte>(output.getArray());
}

template <Touch& touch = touch>
static double decodePacked(Bytes packed) {
  kj::ArrayInputStream input(packed);
  capnp::PackedMessageReader message(input);
  return sumOf<touch>(message.getRoot<AddressBook>());
}

int main() {
  auto contacts = makeContacts(100);
  auto packedBook = encodePacked(contacts);
  capnp::MallocMessageBuilder message(1 << 16);  // one segment
  build(message.initRoot<AddressBook>(), contacts);
  auto book = capnp::messageToFlatArray(message);

  using sampling::work;
  std::map<std::string, sampling::Work> works;
  works["packed-encode"] =
      work([&] { sink = encodePacked(contacts).size(); }, [&] { return decodePacked<touchCharacters>(encodePacked(contacts)); });
  works["packed-decode"] = work([&] { sink = decodePacked(packedBook); }, [&] { return decodePacked<touchCharacters>(packedBook); });
  std::map<std::string, kj::Array<kj::byte>> data;
  data["book"] = makeBook(book.asBytes());
  data["zeros"] = makeZeros();
  data["text"] = makeText();
  data["random"] = makeRandom();
  std::map<std::string, kj::Array<kj::byte>> packed;
  for (auto& [name, bytes] : data) {
    packed[name] = pack(bytes);
    Bytes plain = bytes, small = packed[name];
    works["pack-" + name] = work([plain] { sink = pack(plain).size(); }, [plain] { return checksum(pack(plain)); }, SIZE / 1e6);
    works["unpack-" + name] = work([small] { sink = unpack(small).size(); }, [small] { return checksum(unpack(small)); }, SIZE / 1e6);
  }
  sampling::serve(works);
}
