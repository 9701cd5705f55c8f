@0x93b7a5c1d0e2f846;

using import "left.capnp".Left;
using import "left.capnp".LeftService;
using Types = import "/all-types.capnp";

enum Side { left @0; right @1; }

struct Right {
  left @0 :Left = (side = right);
  name @1 :Text;
  color @2 :Types.Color = blue;
  person @3 :Types.Person;
}

interface RightService {
  right @0 (right :Right, point :Types.Point) -> (left :Left, service :LeftService);
}

const end :Left = (side = left);
