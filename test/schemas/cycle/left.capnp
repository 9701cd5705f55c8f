@0xf0a2b4c6d8e91357;
# Two files that import each other.

using Right = import "right.capnp";

struct Left {
  right @0 :Right.Right;
  lefts @1 :List(Left);
  side @2 :Right.Side;
}

interface LeftService extends(Right.RightService) {
  left @0 (left :Left) -> (right :Right.Right, service :Right.RightService);
}

const start :Right.Right = (left = (side = right), name = "start");
