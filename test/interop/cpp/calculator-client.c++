// calculator-client ADDRESS: makes the calls of the calculator example and prints "ok NAME VALUE…" or "FAIL NAME REASON" for
// each step. Exits with 1 if one failed.

#include <kj/debug.h>
#include <math.h>

#include <initializer_list>
#include <iostream>

#include "calculator.capnp.h"
#include "endpoint.h"

namespace {

using Expression = Calculator::Expression;
using Function = Calculator::Function;

class Power final: public Function::Server {
public:
  kj::Promise<void> call(CallContext context) override {
    auto params = context.getParams().getParams();
    KJ_REQUIRE(params.size() == 2, "pow takes two arguments", params.size());
    ++calls;
    context.getResults().setValue(pow(params[0], params[1]));
    return kj::READY_NOW;
  }

  static int calls;
};
int Power::calls = 0;

// Makes `target` a call of `function` and returns its parameters.
capnp::List<Expression>::Builder call(Expression::Builder target, Function::Client function, uint32_t paramCount) {
  auto group = target.initCall();
  group.setFunction(kj::mv(function));
  return group.initParams(paramCount);
}

class Steps {
public:
  Steps(kj::WaitScope& waitScope, Calculator::Client calculator): waitScope(waitScope), calculator(kj::mv(calculator)) {}

  bool failed = false;

  void literal() {
    auto request = calculator.evaluateRequest();
    request.initExpression().setLiteral(123);
    expect("literal", {123}, kj::arr(read(request)));
  }

  void addAndSubtract() {
    auto request = calculator.evaluateRequest();
    auto outer = call(request.initExpression(), sign(Calculator::Operator::SUBTRACT), 2);
    auto inner = call(outer[0], sign(Calculator::Operator::ADD), 2);
    inner[0].setLiteral(123);
    inner[1].setLiteral(45);
    outer[1].setLiteral(67);
    expect("add-and-subtract", {101}, kj::arr(read(request)));
  }

  void deferredReads() {
    auto add = sign(Calculator::Operator::ADD);
    auto request = calculator.evaluateRequest();
    auto factors = call(request.initExpression(), sign(Calculator::Operator::MULTIPLY), 2);
    factors[0].setLiteral(4);
    factors[1].setLiteral(6);
    auto product = request.send().getValue();
    auto plus = [&](double number) {
      auto next = calculator.evaluateRequest();
      auto terms = call(next.initExpression(), add, 2);
      terms[0].setPreviousResult(product);
      terms[1].setLiteral(number);
      return read(next);
    };
    auto first = plus(3), second = plus(5);
    expect("deferred-reads", {27, 29}, kj::arr(kj::mv(first), kj::mv(second)));
  }

  void definedFunctions() {
    auto add = sign(Calculator::Operator::ADD), multiply = sign(Calculator::Operator::MULTIPLY);

    auto fRequest = calculator.defFunctionRequest();  // f(x, y) = x * 100 + y
    fRequest.setParamCount(2);
    auto sum = call(fRequest.initBody(), add, 2);
    auto product = call(sum[0], multiply, 2);
    product[0].setParameter(0);
    product[1].setLiteral(100);
    sum[1].setParameter(1);
    auto f = fRequest.send().getFunc();

    auto gRequest = calculator.defFunctionRequest();  // g(x) = f(x, x + 1) * 2
    gRequest.setParamCount(1);
    auto twice = call(gRequest.initBody(), multiply, 2);
    auto ofF = call(twice[0], f, 2);
    ofF[0].setParameter(0);
    auto successor = call(ofF[1], add, 2);
    successor[0].setParameter(0);
    successor[1].setLiteral(1);
    twice[1].setLiteral(2);
    auto g = gRequest.send().getFunc();

    auto evaluateF = calculator.evaluateRequest();
    auto arguments = call(evaluateF.initExpression(), f, 2);
    arguments[0].setLiteral(12);
    arguments[1].setLiteral(34);
    auto evaluateG = calculator.evaluateRequest();
    call(evaluateG.initExpression(), g, 1)[0].setLiteral(21);
    auto first = read(evaluateF), second = read(evaluateG);
    expect("defined-functions", {1234, 4244}, kj::arr(kj::mv(first), kj::mv(second)));
  }

  void callback() {
    auto request = calculator.evaluateRequest();
    auto power = call(request.initExpression(), kj::heap<Power>(), 2);
    power[0].setLiteral(2);
    auto sum = call(power[1], sign(Calculator::Operator::ADD), 2);
    sum[0].setLiteral(4);
    sum[1].setLiteral(5);
    expect("callback", {512}, kj::arr(read(request)));
    if (Power::calls != 1) {
      failed = true;
      std::cout << "FAIL callback pow was called " << Power::calls << " times" << std::endl;
    }
  }

private:
  kj::WaitScope& waitScope;
  Calculator::Client calculator;

  Function::Client sign(Calculator::Operator op) {
    auto request = calculator.getOperatorRequest();
    request.setOp(op);
    return request.send().getFunc();
  }

  template <typename Request>
  kj::Promise<double> read(Request& request) {
    return request.send().getValue().readRequest().send().then([](auto&& response) { return response.getValue(); });
  }

  void expect(kj::StringPtr name, std::initializer_list<double> expected, kj::Array<kj::Promise<double>> readings) {
    auto failure = kj::runCatchingExceptions([&]() {
      kj::Vector<double> values;
      for (auto& reading: readings) values.add(reading.wait(waitScope));
      KJ_ASSERT(values.asPtr() == kj::arrayPtr(expected.begin(), expected.size()), values);
      std::cout << "ok " << name.cStr() << " " << kj::strArray(values, " ").cStr() << std::endl;
    });
    KJ_IF_MAYBE(exception, failure) {
      failed = true;
      std::cout << "FAIL " << name.cStr() << " " << exception->getDescription().cStr() << std::endl;
    }
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
  auto connection = endpoint.connect().wait(io.waitScope);
  Steps steps(io.waitScope, connection->bootstrap().castAs<Calculator>());
  steps.literal();
  steps.addAndSubtract();
  steps.deferredReads();
  steps.definedFunctions();
  steps.callback();
  return steps.failed ? 1 : 0;
}
