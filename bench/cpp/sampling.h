// The conversation every participant holds with the harness (../participant.ts is the TypeScript half). One request per line of
// standard input, "<bench> <seconds>" or "check <bench>"; one JSON object per line of standard output: {"value":…} or {"error":"…"}. End
// of input ends the process, so none outlives the harness.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
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

inline double noCheck(const std::string& bench) {
  throw std::runtime_error("no check of " + bench);
}

// Says {"ready":…} and answers requests with what `sample(bench, seconds)` and `check(bench)` return until the harness closes standard
// input.
template <typename Sample, typename Check = double(const std::string&)>
void answerRequests(int port, Sample&& sample, Check&& check = noCheck) {
  say("{\"ready\":true,\"port\":" + std::to_string(port) + "}");
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    try {
      double value = first == "check" ? check(second) : sample(first, atof(second.c_str()));
      char text[64];
      snprintf(text, sizeof text, "{\"value\":%.17g}", value);
      say(text);
    } catch (const kj::Exception& error) {
      say("{\"error\":" + quoted(error.getDescription().cStr()) + "}");
    } catch (const std::exception& error) {
      say("{\"error\":" + quoted(error.what()) + "}");
    }
  }
}

// Has `run` do as many operations as fit into `limit` seconds; returns how many per second. Looks at the clock only every `step`
// operations, `step` being worth about a fifth of a millisecond.
template <typename Run>
double batchedRate(double limit, Run&& run) {
  double start = seconds(), now = start;
  uint64_t done = 0, step = 1;
  while (now - start < limit) {
    run(step);
    done += step;
    double before = now;
    now = seconds();
    if (now - before < 0.0001) step *= 2;
  }
  return done / (now - start);
}

template <typename Operation>
double rate(double limit, Operation&& operation) {
  return batchedRate(limit, [&](uint64_t times) { while (times-- > 0) operation(); });
}

struct Work {
  // Does what is timed that many times: one call through the pointer for all of them.
  std::function<void(uint64_t times)> run;
  // What one time gave, as a number: a sum or a checksum that is the same for everybody who does the same work.
  std::function<double()> check;
  // What one run per second is in the bench's unit.
  double perRun;
};

template <typename Operation>
Work work(Operation operation, std::function<double()> check, double perRun = 1) {
  return {[operation](uint64_t times) mutable { while (times-- > 0) operation(); }, std::move(check), perRun};
}

// Answers samples and checks of `works`, by bench, for a process that does nothing else.
inline void serve(const std::map<std::string, Work>& works) {
  auto find = [&](const std::string& bench) -> const Work& {
    auto found = works.find(bench);
    if (found == works.end()) throw std::runtime_error("no bench named " + bench);
    return found->second;
  };
  answerRequests(0, [&](const std::string& bench, double limit) {
    const Work& work = find(bench);
    return batchedRate(limit, work.run) * work.perRun;
  }, [&](const std::string& bench) { return find(bench).check(); });
}

}  // namespace sampling
