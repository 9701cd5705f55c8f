/**
 * The calculator as objects: a Calculator hands out Values and Functions, and whoever holds one calls it from wherever
 * they are. Nothing here knows of connections.
 */

import { type Client, RpcError } from "capwire";
import type { Calculator } from "./calculator.capnp.js";

export class CalculatorService implements Calculator.Server {
  async evaluate({ expression }: Calculator.EvaluateParams) {
    // What the expression names is ours until the call ends, which is as long as we need it.
    const formula = formulaOf(expression, (capability) => capability);
    return { value: new KeptValue(await formula([])) };
  }

  defFunction({ paramCount, body }: Calculator.DefFunctionParams) {
    return { func: new DefinedFunction(paramCount, body) };
  }

  getOperator({ op }: Calculator.GetOperatorParams) {
    return { func: new OperatorFunction(op) };
  }
}

class KeptValue implements Calculator.Value.Server {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  read() {
    return { value: this.#value };
  }
}

class OperatorFunction implements Calculator.Function.Server {
  /** A number if it is newer than our schema. */
  readonly #operator: Calculator.Operator | number;

  constructor(operator: Calculator.Operator | number) {
    this.#operator = operator;
  }

  call({ params }: Calculator.Function.CallParams) {
    const [left, right] = params;
    if (params.length !== 2 || left === undefined || right === undefined) {
      throw RpcError.failed(`an operator takes two arguments, not ${params.length}`);
    }
    switch (this.#operator) {
      case "add":
        return { value: left + right };
      case "subtract":
        return { value: left - right };
      case "multiply":
        return { value: left * right };
      case "divide":
        return { value: left / right };
      default:
        throw RpcError.unimplemented(`operator ${this.#operator} is newer than this server`);
    }
  }
}

/** A function made by a client. It outlives the call that made it, so it keeps references of its own to what its body names. */
class DefinedFunction implements Calculator.Function.Server {
  readonly #paramCount: number;
  readonly #formula: Formula;
  readonly #kept: Disposable[] = [];

  constructor(paramCount: number, body: Calculator.Expression) {
    this.#paramCount = paramCount;
    this.#formula = formulaOf(body, (capability) => {
      const kept = capability.dup();
      this.#kept.push(kept);
      return kept;
    });
  }

  async call({ params }: Calculator.Function.CallParams) {
    if (params.length !== this.#paramCount) {
      throw RpcError.failed(`the function takes ${this.#paramCount} arguments, not ${params.length}`);
    }
    return { value: await this.#formula([...params]) };
  }

  /** Nobody holds the function any more. */
  [Symbol.dispose]() {
    for (const capability of this.#kept) capability[Symbol.dispose]();
  }
}

/** What an expression means, once its parameters are known. */
type Formula = (parameters: readonly number[]) => number | Promise<number>;

/** Reads `expression` once; `keep` says which reference the formula uses for each capability in it. */
function formulaOf(expression: Calculator.Expression, keep: <C extends Client>(capability: C) => C): Formula {
  switch (expression.which) {
    case "literal": {
      const { literal } = expression;
      return () => literal;
    }
    case "previousResult": {
      const value = keep(expression.previousResult);
      return async () => (await value.read()).value;
    }
    case "parameter": {
      const index = expression.parameter;
      return (parameters) => {
        const parameter = parameters[index];
        if (parameter === undefined) throw RpcError.failed(`there is no parameter ${index}`);
        return parameter;
      };
    }
    case "call": {
      const callee = keep(expression.call.function);
      const operands = expression.call.params.map((param) => formulaOf(param, keep));
      return async (parameters) => {
        const params = await Promise.all(operands.map((operand) => operand(parameters)));
        return (await callee.call({ params })).value;
      };
    }
    default:
      throw RpcError.unimplemented(`expressions of kind ${expression.which} are newer than this server`);
  }
}
