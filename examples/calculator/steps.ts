/**
 * What the client asks of the calculator, from a single number to a function that lives on this side. Each step says all it
 * has to say before it waits for anything: `calculator.getOperator({ op }).func` is a promise of a function, and usable as one.
 */

import type { Calculator } from "./calculator.capnp.js";

export interface Step {
  readonly title: string;
  readonly formula: string;
  readonly expected: readonly number[];
  run(calculator: Calculator): Promise<number[]>;
}

type Expression = Calculator.Expression.Init;
type Operation = Calculator.Function;

export const STEPS: readonly Step[] = [
  {
    title: "literal",
    formula: "123",
    expected: [123],
    run: async (calculator) => [await read(calculator, number(123))],
  },
  {
    title: "add and subtract",
    formula: "123 + 45 - 67",
    expected: [101],
    async run(calculator) {
      const add = calculator.getOperator({ op: "add" }).func;
      const subtract = calculator.getOperator({ op: "subtract" }).func;
      return [await read(calculator, call(subtract, call(add, number(123), number(45)), number(67)))];
    },
  },
  {
    title: "deferred reads",
    formula: "x = 4 * 6; x + 3; x + 5",
    expected: [27, 29],
    async run(calculator) {
      const multiply = calculator.getOperator({ op: "multiply" }).func;
      const add = calculator.getOperator({ op: "add" }).func;
      // The product is used twice before the server has computed it.
      const product = calculator.evaluate({ expression: call(multiply, number(4), number(6)) }).value;
      return Promise.all([
        read(calculator, call(add, { previousResult: product }, number(3))),
        read(calculator, call(add, { previousResult: product }, number(5))),
      ]);
    },
  },
  {
    title: "functions on the server",
    formula: "f(x, y) = x * 100 + y; g(x) = f(x, x + 1) * 2; f(12, 34); g(21)",
    expected: [1234, 4244],
    async run(calculator) {
      const add = calculator.getOperator({ op: "add" }).func;
      const multiply = calculator.getOperator({ op: "multiply" }).func;
      const [x, y] = [parameter(0), parameter(1)];
      const f = calculator.defFunction({
        paramCount: 2,
        body: call(add, call(multiply, x, number(100)), y),
      }).func;
      const g = calculator.defFunction({
        paramCount: 1,
        body: call(multiply, call(f, x, call(add, x, number(1))), number(2)),
      }).func;
      return Promise.all([read(calculator, call(f, number(12), number(34))), read(calculator, call(g, number(21)))]);
    },
  },
  {
    title: "function on the client",
    formula: "pow(2, 4 + 5)",
    expected: [512],
    async run(calculator) {
      const add = calculator.getOperator({ op: "add" }).func;
      return [await read(calculator, call(new Power(), number(2), call(add, number(4), number(5))))];
    },
  },
];

/** Lives here; the server calls it, which takes a round trip of its own. */
class Power implements Calculator.Function.Server {
  call({ params }: Calculator.Function.CallParams) {
    const [base, exponent] = params;
    if (base === undefined || exponent === undefined) throw new Error("pow takes two arguments");
    return { value: base ** exponent };
  }
}

async function read(calculator: Calculator, expression: Expression): Promise<number> {
  const value = calculator.evaluate({ expression }).value;
  return (await value.read()).value;
}

function number(literal: number): Expression {
  return { literal };
}

function parameter(index: number): Expression {
  return { parameter: index };
}

function call(callee: Operation | Calculator.Function.Server, ...params: Expression[]): Expression {
  return { call: { function: callee, params } };
}
