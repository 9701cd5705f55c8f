"""calculator-client ADDRESS: makes the calls of the calculator example and prints for each step "ok NAME VALUE..." or
"FAIL NAME REASON". Exits with 1 if one failed.
"""

import asyncio
import sys

import capnp

from endpoint import Endpoint
from schemas import load_calculator

schema = load_calculator()
TIMEOUT = 10  # seconds


class Power(schema.Calculator.Function.Server):
    def __init__(self):
        self.calls = 0

    async def call(self, params, _context, **_):
        self.calls += 1
        base, exponent = params
        return base**exponent


def literal(number: float) -> dict:
    return {"literal": number}


def parameter(index: int) -> dict:
    return {"parameter": index}


def call(function, *params: dict) -> dict:
    return {"call": {"function": function, "params": list(params)}}


class Steps:
    def __init__(self, calculator):
        self._calculator = calculator

    async def literal(self):
        return await self._read_all(self._evaluate(literal(123)))

    async def add_and_subtract(self):
        sum_of_two = call(self._operator("add"), literal(123), literal(45))
        return await self._read_all(self._evaluate(call(self._operator("subtract"), sum_of_two, literal(67))))

    async def deferred_reads(self):
        add = self._operator("add")
        product = self._evaluate(call(self._operator("multiply"), literal(4), literal(6)))
        previous = {"previousResult": product}
        return await self._read_all(*[self._evaluate(call(add, previous, literal(number))) for number in (3, 5)])

    async def defined_functions(self):
        add, multiply = self._operator("add"), self._operator("multiply")
        # f(x, y) = x * 100 + y
        f = self._define(2, call(add, call(multiply, parameter(0), literal(100)), parameter(1)))
        # g(x) = f(x, x + 1) * 2
        of_f = call(f, parameter(0), call(add, parameter(0), literal(1)))
        g = self._define(1, call(multiply, of_f, literal(2)))
        return await self._read_all(
            self._evaluate(call(f, literal(12), literal(34))), self._evaluate(call(g, literal(21)))
        )

    async def callback(self):
        power = Power()
        exponent = call(self._operator("add"), literal(4), literal(5))
        values = await self._read_all(self._evaluate(call(power, literal(2), exponent)))
        if power.calls != 1:
            raise AssertionError(f"pow was called {power.calls} times")
        return values

    def _operator(self, sign: str):
        return self._calculator.getOperator(sign).func

    def _define(self, param_count: int, body: dict):
        return self._calculator.defFunction(param_count, body).func

    def _evaluate(self, expression: dict):
        return self._calculator.evaluate(expression).value

    async def _read_all(self, *values):
        readings = await asyncio.wait_for(asyncio.gather(*[value.read() for value in values]), TIMEOUT)
        return [reading.value for reading in readings]


async def main(address: str) -> int:
    connection = await Endpoint(address).connect()
    steps = Steps(connection.bootstrap(schema.Calculator))
    good = True
    for name, step, expected in (
        ("literal", steps.literal, [123]),
        ("add-and-subtract", steps.add_and_subtract, [101]),
        ("deferred-reads", steps.deferred_reads, [27, 29]),
        ("defined-functions", steps.defined_functions, [1234, 4244]),
        ("callback", steps.callback, [512]),
    ):
        try:
            values = await step()
            if values != expected:
                raise AssertionError(f"{values} should be {expected}")
            print("ok", name, *[f"{value:g}" for value in values], flush=True)
        except Exception as error:
            good = False
            print("FAIL", name, *(str(error) or type(error).__name__).split(), flush=True)
    connection.close()
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} ADDRESS", file=sys.stderr)
        sys.exit(2)
    sys.exit(asyncio.run(capnp.run(main(sys.argv[1]))))
