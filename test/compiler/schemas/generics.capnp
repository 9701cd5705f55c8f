# Type parameters: bound, partly bound, unbound, inherited, of methods.

@0x8f2b6d4c0e1a3957;

struct Box(T) {
  value @0 :T;
  next @1 :Box(T);
  plain @2 :Box;
  other @3 :Box(Text);
  const answer :UInt32 = 42;
}

struct Pair(A, B) {
  first @0 :A;
  second @1 :B;
  swapped @2 :Pair(B, A);
  boxed @3 :Pair(Box(A), Box(List(Text)));

  struct Inner {
    # Sees the parameters of the struct around it.
    first @0 :A;
    outer @1 :Pair(A, B);
    sibling @2 :Sibling;

    enum Kind {
      one @0;
      two @1;
    }

    kind @3 :Kind;
  }

  struct Sibling {
    inner @0 :Inner;
  }

  struct Triple(C) {
    third @0 :C;
    inner @1 :Inner;
    again @2 :Triple(A);
  }

  using Alias = Triple(Text);
  using Own = Inner;

  inner @4 :Inner;
  triple @5 :Triple(B);
  alias @6 :Alias;
  own @7 :Own;

  group :group {
    member @8 :A;
    union {
      left @9 :B;
      right @10 :Box(B);
    }
  }
}

struct User {
  unbound @0 :Pair;
  bound @1 :Pair(Text, Data);
  inner @2 :Pair(Text, Data).Inner;
  innerUnbound @3 :Pair.Inner;
  triple @4 :Pair(Text, Data).Triple(User);
  tripleHalf @5 :Pair.Triple(User);
  alias @6 :Pair(Text, Data).Alias;
  own @7 :Pair(Text, Data).Own;
  list @8 :Box(List(Int32));
  deep @9 :Box(Box(Box(Text)));
  any @10 :Box(AnyPointer);
  capability @11 :Box(Store(Text, Data));
  kind @12 :Pair(Text, Data).Inner.Kind;
  lists @13 :List(Box(Text));
  boundAlias @14 :TextBox;
  map @15 :Map(Text, User) = (entries = [(key = "a", value = (bound = (first = "x")))]);
}

using TextBox = Box(Text);

struct Map(Key, Value) {
  entries @0 :List(Entry);
  struct Entry {
    key @0 :Key;
    value @1 :Value;
  }
}

const map :Map(Text, Box(Data)) = (entries = [
  (key = "one", value = (value = 0x"01")),
  (key = "two", value = (value = "2", plain = ())),
]);
const box :Box(Text) = (value = "text", next = (value = "next"), other = (value = "other"));
const nestedAnswer :UInt32 = Box(Text).answer;

interface Store(K, V) {
  get @0 (key :K) -> (value :V, box :Box(V));
  put @1 (key :K, value :V = null) -> ();
  copy @2 () -> (store :Store(K, V), text :Store(Text, V));
  entry @3 (entry :Map(K, V).Entry) -> Map(K, V);
  pair @4 Pair(K, V) -> Pair(K, V).Inner;
  generic @5 [T, U] (t :T, u :Box(U), k :K) -> (t :T, pair :Pair(T, U));
  whole @6 [T] Box(T) -> Pair(T, K);

  struct Item {
    key @0 :K;
    store @1 :Store(K, V);
  }
  items @7 () -> (items :List(Item));
}

interface TextStore extends (Store(Text, Data)) {
  size @0 () -> (size :UInt64);
}

interface Both(T) extends (Store(T, Box(T)), TextStore) {
  both @0 (both :Both(T)) -> (item :Store(T, T).Item);
}

struct Outer(T) {
  annotation tag (field, struct) :Text;
  annotation typed (field) :Box(T);

  struct Middle {
    struct Leaf(U) {
      t @0 :T;
      u @1 :U;
      middle @2 :Middle;
      leaf @3 :Leaf(T) $tag("inner");
    }
    leaf @0 :Leaf(Text);
  }

  interface Caller {
    call @0 [X] (t :T, x :X) -> (middle :Middle, x :X);
  }
}

struct Tagged {
  a @0 :Outer(Data).Middle.Leaf(Text) $Outer(Text).tag("outer") $Outer(Text).typed((value = "v"));
  b @1 :Outer(Tagged).Caller;
  c @2 :Outer.Middle;
}
