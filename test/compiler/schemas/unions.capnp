# Unions and groups of every shape, chosen for what they do to the layout.

@0xf18c63d7a2e9b054;

struct Unnamed {
  union {
    a @0 :Void;
    b @1 :UInt8;
    c @2 :Text;
  }
}

struct Worked {
  # The layout described step by step in the encoding's documentation of gaps and shared space.
  a @0 :Bool;
  b @1 :UInt64;
  c @2 :Bool;
  d @3 :UInt16;
  u :union {
    x @4 :UInt32;
    y @5 :UInt8;
    z :group {
      p @6 :UInt16;
      q @7 :Text;
    }
  }
  e @8 :UInt32;
  f @9 :Data;
}

struct Interleaved {
  union0 :union {
    s0 @0 :Void;
    s1 @1 :Bool;
    s8 @2 :Int8;
    s16 @6 :Int16;
    s32 @10 :Int32;
    s64 @14 :Int64;
    sp @18 :Text;
  }
  bit0 @3 :Bool;
  byte0 @7 :UInt8;
  union1 :union {
    s0 @4 :Void;
    s8 @8 :Int8;
    s32 @12 :Int32;
    sp @16 :Text;
    sps @19 :List(Text);
  }
  bit1 @5 :Bool;
  union2 :union {
    s1 @9 :Bool;
    s16 @11 :Int16;
    s64 @13 :Int64;
  }
  word @15 :UInt64;
  union3 :union {
    v @17 :Void;
    w @20 :Void;
  }
}

struct Nested {
  union {
    one :group {
      inner :union {
        left @0 :UInt8;
        right @3 :UInt64;
        both :group {
          x @4 :UInt32;
          y @5 :UInt32;
          deep :union {
            p @9 :Text;
            q @10 :Bool;
          }
        }
      }
      plain @1 :UInt16;
    }
    two @2 :UInt32;
    three :union {
      left @6 :Void;
      right @7 :Data;
    }
    four :group {
      a @8 :Bool;
      b @11 :Bool;
      c @12 :Int64;
      union {
        m @13 :UInt8;
        n @14 :UInt16;
      }
    }
  }
  after @15 :Bool;
}

struct Groups {
  outer :group {
    a @0 :UInt8;
    inner :group {
      b @2 :UInt32;
      c @1 :Text;
    }
    union {
      d @3 :UInt16;
      e @4 :Void;
    }
  }
  last :group {
    f @5 :UInt8 = 7;
  }
}

struct Legacy {
  # Ordinals on unions, as before 0.3.
  early @0! :union {
    a @1 :UInt8;
    b @2 :UInt32;
  }
  c @3 :UInt16;
  late @5! :union {
    d @4 :UInt8;
    e @6 :Text;
  }
}

struct RetroUnion {
  # A field that was there first and became a member later.
  a @0 :UInt32;
  union {
    old @1 :Text;
    new @3 :UInt16;
  }
  b @2 :Bool;
}

struct Reordered {
  # Source order is not ordinal order.
  d @3 :Text;
  b @1 :UInt8;
  u :union {
    y @5 :UInt8;
    x @4 :UInt64;
  }
  a @0 :UInt64;
  c @2 :UInt16;
}

struct VoidUnion {
  union {
    a @0 :Void;
    b @1 :Void;
  }
  second :union {
    c @2 :Void;
    d :group {
      e @3 :Void;
      f @4 :Void;
    }
  }
}

struct ManyPointers {
  u :union {
    a :group {
      p @0 :Text;
      q @1 :Text;
      r @2 :Text;
    }
    b :group {
      p @3 :Data;
      q @4 :Data;
    }
    c @5 :List(Text);
    d :group {
      p @6 :Text;
      q @7 :Text;
      r @8 :Text;
      s @9 :Text;
    }
  }
  after @10 :Text;
}

struct Bits {
  b0 @0 :Bool;
  b1 @1 :Bool;
  w @2 :UInt32;
  b2 @3 :Bool;
  x @4 :UInt8;
  y @5 :UInt64;
  b3 @6 :Bool;
  z @7 :UInt16;
  u :union {
    p @8 :Bool;
    q @9 :Bool;
    r :group {
      s @10 :Bool;
      t @11 :Bool;
      v @12 :UInt8;
    }
  }
}

struct Empty {}

struct EmptyInside {
  union {
    empty @0 :Empty;
    list @1 :List(Empty);
  }
}

struct Expanding {
  # A union's shared space grows into the gap behind it.
  u :union {
    small @0 :UInt8;
    medium @1 :UInt16;
    large @2 :UInt32;
    group :group {
      a @3 :UInt8;
      b @4 :UInt8;
      c @5 :UInt16;
      d @6 :UInt32;
      e @7 :Bool;
    }
    other :group {
      a @8 :Bool;
      b @9 :UInt64;
      c @10 :Bool;
      d @11 :UInt8;
    }
  }
}
