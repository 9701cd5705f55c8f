# Methods of every form.

@0xae5c7f3d1b9e2048;

struct Request {
  id @0 :UInt32;
}

struct Reply {
  text @0 :Text;
}

interface Plain {
  nothing @0 ();
  explicitNothing @1 () -> ();
  one @2 (x :Int32) -> (y :Int32);
  structs @3 Request -> Reply;
  mixed @4 Request -> (text :Text);
  mixed2 @5 (id :UInt32) -> Reply;
  structOnly @6 Request;
  stream @7 (chunk :Data) -> stream;
  streamStruct @8 Request -> stream;

  defaults @9 (
    a :Int32 = 5,
    b :Text = "text",
    c :List(Int32) = [1, 2],
    d :Request = (id = 7),
    e :Text = null,
    f :Data = null,
    g :List(Text) = null,
    h :Request = null,
    i :Plain = null,
    j :AnyPointer = null,
    k :Float64 = nan,
    l :Bool = true
  ) -> (out :UInt8 = 9);

  # Out of order, with a comment in between.
  later @11 (p :Plain) -> (q :List(Plain));
  earlier @10 (struct :Request, interface :Plain) -> (using :Void);

  struct Nested {
    plain @0 :Plain;
  }
  enum Mode {
    on @0;
    off @1;
  }
  interface Child {
    parent @0 () -> (parent :Plain, mode :Mode);
  }
  const limit :UInt16 = 3;
  using Kid = Child;
}

interface Derived extends (Plain) {
  more @0 (child :Plain.Kid) -> (nested :Plain.Nested);
}

interface Diamond extends (Derived, Other) {}

interface Other extends (Plain) {
  other @0 [T] (x :T) -> (y :T);
  others @1 [T, U] (x :T, y :List(Text)) -> (u :U);
}

interface Keywords {
  struct @0 () -> ();
  enum @1 (const :UInt8) -> (annotation :Text);
  using @2 ();
  interface @3 (import :Text, embed :Text);
}
