@0x85150b117366d14b;
# The calculator of Cap'n Proto's own samples: the same ids, names and ordinals, so that the sample clients and servers of
# other languages work with this one.

interface Calculator {
  # Evaluates arithmetic on the server. Every result is an object that lives there, so a client can go on computing with a
  # result it has not waited for.

  evaluate @0 (expression :Expression) -> (value :Value);
  # Computes `expression`. Read the number with `value.read()`, or hand `value` to the next evaluation.

  struct Expression {
    union {
      literal @0 :Float64;
      # The number itself.

      previousResult @1 :Value;
      # What an earlier evaluation gave, or will give.

      parameter @2 :UInt32;
      # The argument with this index. Only inside the body of a function.

      call :group {
        # The result of a function.
        function @3 :Function;
        params @4 :List(Expression);
      }
    }
  }

  interface Value {
    # A number kept by the server.

    read @0 () -> (value :Float64);
  }

  defFunction @1 (paramCount :Int32, body :Expression) -> (func :Function);
  # Makes a function of `paramCount` arguments that evaluates `body`.

  interface Function {
    # Something to call with numbers. Usually it lives on the server; one implemented by the client works just as well and
    # costs a round trip whenever the server calls it.

    call @0 (params :List(Float64)) -> (value :Float64);
  }

  getOperator @2 (op :Operator) -> (func :Function);
  # The function behind an arithmetic sign.

  enum Operator {
    add @0;
    subtract @1;
    multiply @2;
    divide @3;
  }
}
