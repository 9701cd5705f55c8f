"""calculator-server ADDRESS: serves examples/calculator/calculator.capnp until standard input ends. See endpoint.py for
addresses."""

import asyncio
import operator
import sys

import capnp

from endpoint import Endpoint
from schemas import load_calculator

schema = load_calculator()

OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


async def compute(expression, arguments) -> float:
    """The value of an expression. What it calls runs concurrently."""
    kind = expression.which()
    if kind == "literal":
        return expression.literal
    if kind == "previousResult":
        return (await expression.previousResult.read()).value
    if kind == "parameter":
        if expression.parameter >= len(arguments):
            raise ValueError(f"the function has no argument {expression.parameter}")
        return arguments[expression.parameter]
    if kind == "call":
        call = expression.call
        values = await asyncio.gather(*[compute(param, arguments) for param in call.params])
        return (await call.function.call(values)).value
    raise ValueError("an expression of a kind this server does not know")


class Value(schema.Calculator.Value.Server):
    def __init__(self, value: float):
        self._value = value

    async def read(self, _context, **_):
        return self._value


class Operator(schema.Calculator.Function.Server):
    def __init__(self, sign: str):
        self._apply = OPERATORS[sign]

    async def call(self, params, _context, **_):
        if len(params) != 2:
            raise ValueError(f"an operator takes two arguments, not {len(params)}")
        return self._apply(*params)


class DefinedFunction(schema.Calculator.Function.Server):
    def __init__(self, param_count: int, body):
        self._param_count = param_count
        self._body = body.as_builder()  # a copy, which outlives the call

    async def call(self, params, _context, **_):
        if len(params) != self._param_count:
            raise ValueError(f"the function takes {self._param_count} arguments, not {len(params)}")
        return await compute(self._body, list(params))


class Calculator(schema.Calculator.Server):
    async def evaluate(self, expression, _context, **_):
        return Value(await compute(expression, []))

    async def defFunction(self, paramCount, body, _context, **_):
        return DefinedFunction(paramCount, body)

    async def getOperator(self, op, _context, **_):
        return Operator(str(op))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} ADDRESS", file=sys.stderr)
        sys.exit(2)
    asyncio.run(capnp.run(Endpoint(sys.argv[1]).serve(Calculator)))
