@0xd2f6e8a40b7c9135;
# Type parameters: of structs, nested ones, interfaces, methods, and what they are bound to.

struct Map(Key, Value) {
  entries @0 :List(Entry);

  struct Entry {
    key @0 :Key;
    value @1 :Value;
  }
}

struct Box(T) {
  value @0 :T;

  group :group {
    another @1 :T;
    count @2 :UInt32;
  }

  union {
    none @3 :Void;
    one @4 :T;
    many @5 :List(Item);
    box @6 :Box(T);
    boxes @7 :List(Box(Box(T)));
  }
}

struct Item {
  name @0 :Text;
}

struct Uses {
  strings @0 :Map(Text, Text);
  items @1 :Map(Text, Item);
  datas @2 :Map(Data, List(Int32));
  nested @3 :Map(Text, Map(Text, List(Item)));
  entry @4 :Map(Text, Item).Entry;
  unbound @5 :Map;
  box @6 :Box(Text);
  stores @7 :Box(Store(Item));
  colors @8 :Box(List(Color));
  lists @9 :Box(List(List(Item)));
}

enum Color { red @0; green @1; }

interface Store(T) {
  get @0 (key :Text) -> (value :T);
  put @1 (key :Text, value :T) -> ();
  all @2 () -> Map(Text, T);
  find @3 Query -> (found :List(Map(Text, T)));
  view @4 () -> (store :Store(T), box :Box(T));

  struct Query {
    like @0 :T;
  }
}

interface ItemStore extends(Store(Item)) {
  count @0 () -> (count :UInt32);
}

interface Cache(K, V) extends(Store(Map(K, V))) {
  evict @0 (key :K);
}

interface TextCache extends(Cache(Text, Text)) {}

interface Factory {
  create @0 [T] (value :T) -> (box :Box(T), store :Store(T));
  pair @1 [A, B] (a :A, b :B) -> Map(A, B);
}

interface GenericFactory(T) {
  wrap @0 [U] (value :U, base :T) -> (map :Map(T, U));
}

struct Outer(T) {
  # Declarations inside a generic one take its parameters along, used or not.

  struct Inner {
    x @0 :Int32;
    kind @1 :Kind;
  }

  struct Deep(U) {
    t @0 :T;
    u @1 :U;
    box @2 :Box(U);
  }

  enum Kind { plain @0; fancy @1; }

  interface Service {
    get @0 () -> (value :T, inner :Inner);
    swap @1 [V] (value :V) -> (deep :Deep(V));
  }

  const limit :UInt32 = 3;

  inner @0 :Inner;
  deep @1 :Deep(Text);
  service @2 :Service;
  deeper @3 :Outer(Item).Deep(T);

  union {
    left @4 :T;
    right :group {
      inner @5 :Inner;
      many @6 :List(Deep(Item));
    }
  }
}
