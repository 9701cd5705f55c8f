/** The windows themselves, over a simulated link with a virtual clock (checklist 41–50). */

import { describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { AdaptiveWindow } from "../../src/rpc/adaptive-window.js";
import { FixedWindow, type FlowController, type FlowToken, MIN_WINDOW } from "../../src/rpc/flow.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** A link that carries `bandwidth` bytes per ms one after the other and acknowledges each message one round trip later. */
class Link {
  now = 0;
  /** Bytes per millisecond. */
  bandwidth: number;
  readonly roundTrip: number;
  readonly controller: AdaptiveWindow;
  #free = 0;
  readonly #underWay: { readonly at: number; readonly token: never }[] = [];
  #ready = true;
  sent = 0;

  constructor(bandwidth: number, roundTrip: number, initialWindow = MIN_WINDOW) {
    this.bandwidth = bandwidth;
    this.roundTrip = roundTrip;
    this.controller = new AdaptiveWindow(() => this.now, initialWindow);
  }

  get product(): number {
    return this.bandwidth * this.roundTrip;
  }

  get ready(): boolean {
    return this.#ready;
  }

  send(bytes: number): void {
    this.#ready = false;
    const token = this.controller.send(bytes, () => {
      this.#ready = true;
    });
    this.#free = Math.max(this.#free, this.now) + bytes / this.bandwidth;
    this.#underWay.push({ at: this.#free + this.roundTrip, token: token as never });
    this.sent += bytes;
  }

  /** Lets time pass until `until`, acknowledging what has arrived. */
  advance(until: number): void {
    for (let next = this.#underWay[0]; next && next.at <= until; next = this.#underWay[0]) {
      this.#underWay.shift();
      this.now = next.at;
      this.controller.acknowledge(next.token);
    }
    this.now = until;
  }

  /** Sends as much as it may for `ms`; with a `pause` after each message, no more than that lets through. */
  stream(ms: number, bytes = 16 * KIB, pause = 0): void {
    const end = this.now + ms;
    let due = this.now;
    while (this.now < end) {
      while (this.#ready && due <= this.now) {
        this.send(bytes);
        if (pause > 0) due = this.now + pause;
      }
      const next = this.#underWay[0]?.at ?? end;
      const wake = this.#ready ? Math.min(due, next) : next;
      this.advance(Math.min(Math.max(wake, this.now + 1e-6), end));
    }
  }
}

function fill(controller: FlowController, count: number, bytes: number): { tokens: FlowToken[]; told: unknown[] } {
  const told: unknown[] = [];
  const tokens: FlowToken[] = [];
  for (let n = 0; n < count; n++) tokens.push(controller.send(bytes, (error) => told.push(error ?? n)));
  return { tokens, told };
}

describe("an adaptive window", () => {
  test("of 256 KiB lets four messages of 64 KiB through and blocks the sender of the fifth", () => {
    const { told } = fill(new AdaptiveWindow(() => 0, 256 * KIB) as FlowController, 5, 64 * KIB);
    expect(told).toEqual([0, 1, 2, 3]);
  });

  test("lets the blocked sender go on when a message is acknowledged", () => {
    const controller = new AdaptiveWindow(() => 0, 256 * KIB) as FlowController;
    const { tokens, told } = fill(controller, 5, 64 * KIB);
    controller.acknowledge(tokens[0] as FlowToken);
    expect(told).toEqual([0, 1, 2, 3, 4]);
  });

  test("grows during startup while it finds more bandwidth", () => {
    const link = new Link(100 * KIB, 50, 256 * KIB);
    link.stream(200);
    expect(link.controller.window).toBeGreaterThan(MIB);
  });

  test("leaves startup once the bandwidth stops growing", () => {
    const link = new Link(10 * KIB, 50);
    expect(link.controller.inStartup).toBe(true);
    link.stream(2000);
    expect(link.controller.inStartup).toBe(false);
  });

  test.each([
    { bandwidth: 10 * KIB, roundTrip: 50 },
    { bandwidth: 100 * KIB, roundTrip: 20 },
    { bandwidth: 50 * KIB, roundTrip: 100 },
    { bandwidth: 1 * MIB, roundTrip: 5 },
  ])("settles between once and twice the product of $bandwidth B/ms and $roundTrip ms", ({ bandwidth, roundTrip }) => {
    const link = new Link(bandwidth, roundTrip);
    link.stream(roundTrip * 100);
    expect(link.controller.window / link.product).toBeGreaterThanOrEqual(1);
    expect(link.controller.window / link.product).toBeLessThanOrEqual(2);
    // The window is wide enough to keep the link busy.
    const before = link.sent;
    link.stream(roundTrip * 20);
    expect((link.sent - before) / (bandwidth * roundTrip * 20)).toBeGreaterThan(0.95);
  });

  test("does not shrink when its caller has little to send", () => {
    const link = new Link(100 * KIB, 20);
    link.stream(2000);
    const { window } = link.controller;
    link.stream(2000, 4 * KIB, 20);
    expect(link.controller.window).toBeGreaterThanOrEqual(window);
  });

  test("shrinks when the bandwidth drops", () => {
    const link = new Link(100 * KIB, 50);
    link.stream(5000);
    const before = link.controller.window;
    link.bandwidth = 25 * KIB;
    link.stream(20_000);
    expect(link.controller.window).toBeLessThan(before / 2);
    expect(link.controller.window).toBeGreaterThanOrEqual(link.product);
  });

  test("finds more bandwidth when the link gets faster", () => {
    const link = new Link(25 * KIB, 50);
    link.stream(5000);
    link.bandwidth = 100 * KIB;
    link.stream(10_000);
    expect(link.controller.window).toBeGreaterThanOrEqual(link.product);
  });

  test("is never smaller than 64 KiB", () => {
    const link = new Link(0.5 * KIB, 10);
    link.stream(20_000);
    expect(link.controller.window).toBe(MIN_WINDOW);
  });
});

describe.each([
  ["an adaptive window", () => new AdaptiveWindow(() => 0, MIN_WINDOW) as FlowController],
  ["a fixed window", () => new FixedWindow() as FlowController],
])("%s", (_name, make) => {
  test("lets blocked senders go on when it is closed", () => {
    const controller = make();
    const { told } = fill(controller, 4, 32 * KIB);
    expect(told).toEqual([0, 1]);
    controller.close();
    expect(told).toEqual([0, 1, 2, 3]);
    expect(controller.blocked).toBe(0);
  });

  test("lets one message larger than itself through, and no second one", () => {
    const { told } = fill(make(), 2, MIB);
    expect(told).toEqual([0]);
  });

  test("that learnt of a failure tells everyone who waits and everyone who sends later", () => {
    const controller = make();
    const { tokens, told } = fill(controller, 4, 32 * KIB);
    const full = RpcError.failed("disk full");
    controller.fail(tokens[0] as FlowToken, full);
    expect(told).toEqual([0, 1, full, full]);
    controller.send(1, (error) => told.push(error));
    expect(told.at(-1)).toBe(full);
    controller.fail(tokens[1] as FlowToken, RpcError.failed("a later one"));
    controller.send(1, (error) => told.push(error));
    expect(told.at(-1)).toBe(full);
  });
});
