// calculator-server ADDRESS: serves examples/calculator/calculator.capnp until standard input ends. See endpoint.h for addresses.

#include <kj/debug.h>

#include <iostream>

#include "calculator.capnp.h"
#include "endpoint.h"

namespace {

using Expression = Calculator::Expression;
using Numbers = capnp::List<double>::Reader;

// The value of an expression. What it calls runs concurrently. Both arguments must live until the promise ends.
kj::Promise<double> compute(Expression::Reader expression, Numbers arguments) {
  switch (expression.which()) {
    case Expression::LITERAL: return expression.getLiteral();
    case Expression::PREVIOUS_RESULT:
      return expression.getPreviousResult().readRequest().send().then([](auto&& response) { return response.getValue(); });
    case Expression::PARAMETER:
      KJ_REQUIRE(expression.getParameter() < arguments.size(), "the function has fewer arguments", expression.getParameter());
      return arguments[expression.getParameter()];
    case Expression::CALL: {
      auto call = expression.getCall();
      auto function = call.getFunction();
      auto params = KJ_MAP(param, call.getParams()) { return compute(param, arguments); };
      return kj::joinPromises(kj::mv(params)).then([function](kj::Array<double> values) mutable {
        auto request = function.callRequest();
        request.setParams(values.asPtr());
        return request.send().then([](auto&& response) { return response.getValue(); });
      });
    }
  }
  KJ_FAIL_REQUIRE("an expression of a kind this server does not know");
}

class ValueObject final: public Calculator::Value::Server {
public:
  explicit ValueObject(double value): value(value) {}

  kj::Promise<void> read(ReadContext context) override {
    context.getResults().setValue(value);
    return kj::READY_NOW;
  }

private:
  double value;
};

class OperatorObject final: public Calculator::Function::Server {
public:
  explicit OperatorObject(Calculator::Operator sign): sign(sign) {}

  kj::Promise<void> call(CallContext context) override {
    auto params = context.getParams().getParams();
    KJ_REQUIRE(params.size() == 2, "an operator takes two arguments", params.size());
    context.getResults().setValue(apply(params[0], params[1]));
    return kj::READY_NOW;
  }

private:
  Calculator::Operator sign;

  double apply(double left, double right) const {
    switch (sign) {
      case Calculator::Operator::ADD: return left + right;
      case Calculator::Operator::SUBTRACT: return left - right;
      case Calculator::Operator::MULTIPLY: return left * right;
      case Calculator::Operator::DIVIDE: return left / right;
    }
    KJ_FAIL_REQUIRE("an operator this server does not know");
  }
};

class DefinedFunction final: public Calculator::Function::Server {
public:
  DefinedFunction(int32_t paramCount, Expression::Reader source): paramCount(paramCount) { body.setRoot(source); }

  kj::Promise<void> call(CallContext context) override {
    auto arguments = context.getParams().getParams();
    KJ_REQUIRE(static_cast<int64_t>(arguments.size()) == paramCount, "wrong number of arguments", arguments.size(), paramCount);
    return compute(body.getRoot<Expression>(), arguments)
        .then([context](double value) mutable { context.getResults().setValue(value); })
        .attach(thisCap());  // the body must outlive the call
  }

private:
  capnp::MallocMessageBuilder body;
  int32_t paramCount;
};

class CalculatorObject final: public Calculator::Server {
public:
  kj::Promise<void> evaluate(EvaluateContext context) override {
    return compute(context.getParams().getExpression(), Numbers()).then([context](double value) mutable {
      context.getResults().setValue(kj::heap<ValueObject>(value));
    });
  }

  kj::Promise<void> defFunction(DefFunctionContext context) override {
    auto params = context.getParams();
    context.getResults().setFunc(kj::heap<DefinedFunction>(params.getParamCount(), params.getBody()));
    return kj::READY_NOW;
  }

  kj::Promise<void> getOperator(GetOperatorContext context) override {
    context.getResults().setFunc(kj::heap<OperatorObject>(context.getParams().getOp()));
    return kj::READY_NOW;
  }
};

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " ADDRESS" << std::endl;
    return 2;
  }
  auto io = kj::setupAsyncIo();
  Endpoint endpoint(io, argv[1]);
  endpoint.serve([]() -> capnp::Capability::Client { return kj::heap<CalculatorObject>(); })
      .exclusiveJoin(standardInputEnd(io))
      .wait(io.waitScope);
  return 0;
}
