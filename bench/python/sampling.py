"""The conversation every participant holds with the harness (../answer-requests.ts is the TypeScript half), and the timed loop of ../rate.ts."""

import json
import sys
import time


def serve(works):
    """Answers `<bench> <seconds>` and `check <bench>` until standard input ends. `works` maps a bench to (run, check)."""
    say({"ready": True, "port": 0})
    for line in sys.stdin:
        first, second = line.split()
        try:
            if first == "check":
                say({"value": works[second][1]()})
            else:
                say({"value": rate(float(second), works[first][0])})
        except Exception as error:  # whatever it is, the harness is told
            say({"error": f"{type(error).__name__}: {error}"})


def rate(seconds, run):
    """Runs `run` for `seconds`; returns how many times per second."""
    start = now = time.perf_counter()
    done, step = 0, 1
    while now - start < seconds:
        for _ in range(step):
            run()
        done += step
        before, now = now, time.perf_counter()
        if now - before < 0.0001:
            step *= 2
    return done / (now - start)


def say(answer):
    print(json.dumps(answer), flush=True)
