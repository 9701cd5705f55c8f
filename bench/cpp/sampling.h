// The conversation every participant holds with the harness (../participant.ts is the TypeScript half). One request per line of
// standard input, "<bench> <seconds>"; one JSON object per line of standard output: {"value":…} or {"error":"…"}. End of input ends
// the process, so none outlives the harness.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>

#include <kj/exception.h>

namespace sampling {

inline double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

inline void say(const std::string& json) {
  std::cout << json << std::endl;
}

inline std::string quoted(const char* text) {
  std::string result = "\"";
  for (; *text != 0; ++text) {
    if (*text == '"' || *text == '\\') result += '\\';
    result += static_cast<unsigned char>(*text) < 0x20 ? ' ' : *text;
  }
  return result + "\"";
}

// Says {"ready":…} and answers requests with what `sample(bench, seconds)` returns until the harness closes standard input.
template <typename Sample>
void answerRequests(int port, Sample&& sample) {
  say("{\"ready\":true,\"port\":" + std::to_string(port) + "}");
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string bench;
    double limit = 0;
    words >> bench >> limit;
    try {
      double value = sample(bench, limit);
      char text[64];
      snprintf(text, sizeof text, "{\"value\":%.6g}", value);
      say(text);
    } catch (const kj::Exception& error) {
      say("{\"error\":" + quoted(error.getDescription().cStr()) + "}");
    } catch (const std::exception& error) {
      say("{\"error\":" + quoted(error.what()) + "}");
    }
  }
}

// Runs `operation` for `limit` seconds; returns how many it did per second. Looks at the clock only every `step` operations, `step` being
// worth about a fifth of a millisecond.
template <typename Operation>
double rate(double limit, Operation&& operation) {
  double start = seconds(), now = start;
  uint64_t done = 0, step = 1;
  while (now - start < limit) {
    for (uint64_t i = 0; i < step; i++) operation();
    done += step;
    double before = now;
    now = seconds();
    if (now - before < 0.0001) step *= 2;
  }
  return done / (now - start);
}

}  // namespace sampling
