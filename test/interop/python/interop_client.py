"""interop-client ADDRESS [SCENARIO...]: runs the named scenarios (without names: all ordinary ones) against a server of
interop.capnp and prints "ok NAME" or "FAIL NAME REASON" for each. `interop-client --list` prints the names. Exits with
1 if one failed. With CAPWIRE_ONE_CONNECTION=1 all scenarios share a connection, which must survive every one of them.
"""

import asyncio
import gc
import os
import sys
import traceback
from pathlib import Path

import capnp

from endpoint import Endpoint
from scenarios_calls import CALL_SCENARIOS
from scenarios_objects import OBJECT_SCENARIOS
from scenarios_promises import PROMISE_SCENARIOS
from scenarios_values import VALUE_SCENARIOS
from stage import Scenario, Stage

SCENARIOS = VALUE_SCENARIOS + OBJECT_SCENARIOS + PROMISE_SCENARIOS + CALL_SCENARIOS


class Runner:
    def __init__(self, address: str):
        self._endpoint = Endpoint(address)
        self._shares = os.environ.get("CAPWIRE_ONE_CONNECTION") == "1"
        self._connection = None

    async def run(self, scenario: Scenario) -> bool:
        try:
            if self._connection is None:
                self._connection = await self._endpoint.connect()
            await scenario.run(Stage(self._connection))
        except Exception as error:
            print("FAIL", scenario.name, one_line(error), flush=True)
            return False
        finally:
            # An exception and the frame that caught it refer to each other: what they hold shall be given back now.
            gc.collect()
            if not self._shares and self._connection is not None:
                self._connection.close()
                self._connection = None
        print("ok", scenario.name, flush=True)
        return True


def one_line(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    reason = " ".join((str(error) or type(error).__name__).split())
    return f"{reason} ({Path(where.filename).name}:{where.lineno})"


async def main(address: str, names: "set[str]") -> int:
    # A run that prints nothing but results: what nobody awaited is the scenario's affair.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    runner = Runner(address)
    chosen = [scenario for scenario in SCENARIOS if (scenario.name in names if names else not scenario.only_when_named)]
    verdicts = [await runner.run(scenario) for scenario in chosen]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(f"usage: {sys.argv[0]} ADDRESS [SCENARIO...] | --list", file=sys.stderr)
        sys.exit(2)
    if sys.argv[1] == "--list":
        print("\n".join(scenario.name for scenario in SCENARIOS))
        sys.exit(0)
    sys.exit(asyncio.run(capnp.run(main(sys.argv[1], set(sys.argv[2:])))))
