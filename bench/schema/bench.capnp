@0xb291abd11d149031;
# What every participant of the benchmark encodes, decodes and calls. C++, capwire and the JavaScript peers all generate their code
# from this file, so the work is the same by construction.

struct Contact {
  # One entry of an address book: small numbers, short texts, a list of structs, a union in a group.
  id @0 :UInt32;
  name @1 :Text;
  email @2 :Text;
  phones @3 :List(Phone);

  work :union {
    none @4 :Void;
    company @5 :Text;
    university @6 :Text;
    freelance @7 :Void;
  }

  struct Phone {
    number @0 :Text;
    kind @1 :Kind;

    enum Kind {
      mobile @0;
      home @1;
      office @2;
    }
  }
}

struct AddressBook {
  contacts @0 :List(Contact);
}

struct Reading {
  # Twenty numbers of every width: what a sensor or a market feed sends.
  valid @0 :Bool;
  stale @1 :Bool;
  gain @2 :Int8;
  offset @3 :Int16;
  raw @4 :Int32;
  ticks @5 :Int64;
  channel @6 :UInt8;
  flags @7 :UInt16;
  sequence @8 :UInt32;
  serial @9 :UInt64;
  ratio @10 :Float32;
  value @11 :Float64;
  low @12 :Int32;
  high @13 :Int32;
  lowAlarm @14 :Int32;
  highAlarm @15 :Int32;
  mean @16 :Float64;
  deviation @17 :Float64;
  minimum @18 :Float64;
  maximum @19 :Float64;
}

interface Service {
  echo @0 (number :UInt32, text :Text) -> (number :UInt32, text :Text);

  echoData @1 (data :Data) -> (data :Data);

  next @2 () -> (service :Service);
  # Returns this same service, so that a chain of calls can be pipelined.

  makeCounter @3 (start :UInt32) -> (counter :Counter);
  # Returns a new object each time.

  liveCounters @4 () -> (count :UInt32);
  # How many counters the server still holds.
}

interface Counter {
  add @0 (amount :UInt32) -> (value :UInt32);
}
