import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OwnedTable, PeerTable } from "../../src/rpc/table.js";

describe("a table of ids we allocate", () => {
  test("hands out the lowest free id", () => {
    const table = new OwnedTable<number, string>();
    for (const name of ["a", "b", "c", "d"]) table.add(() => name);
    table.remove(2);
    table.remove(0);
    expect(table.add((id) => `x${id}`)).toBe("x0");
    expect(table.add((id) => `x${id}`)).toBe("x2");
    expect(table.add((id) => `x${id}`)).toBe("x4");
  });

  test("keeps a taken id reserved until it is recycled", () => {
    const table = new OwnedTable<number, string>();
    table.add(() => "a");
    table.take(0);
    expect(table.get(0)).toBeUndefined();
    expect(table.add((id) => `x${id}`)).toBe("x1");
    table.recycle(0);
    expect(table.add((id) => `x${id}`)).toBe("x0");
  });

  test("agrees with a naive model under any sequence of additions and removals", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20), { nil: undefined }), { maxLength: 200 }), (steps) => {
        const table = new OwnedTable<number, number>();
        const model = new Map<number, number>();
        for (const step of steps) {
          if (step === undefined) {
            let lowest = 0;
            while (model.has(lowest)) lowest++;
            expect(table.add((id) => id)).toBe(lowest);
            model.set(lowest, lowest);
          } else {
            expect(table.remove(step)).toBe(model.get(step));
            model.delete(step);
          }
        }
        expect(table.size).toBe(model.size);
        expect([...table.values()]).toEqual([...model.values()].sort((a, b) => a - b));
      }),
    );
  });
});

describe("a table of ids the peer chooses", () => {
  test("takes any 32-bit id", () => {
    const table = new PeerTable<number, string>();
    table.put(0xffff_ffff, "far");
    table.put(0, "near");
    expect(table.size).toBe(2);
    expect(table.remove(0xffff_ffff)).toBe("far");
    expect(table.remove(0xffff_ffff)).toBeUndefined();
    expect(table.drain()).toEqual(["near"]);
    expect(table.size).toBe(0);
  });

  test("agrees with a Map under any sequence of changes, near and far ids mixed", () => {
    const id = fc.oneof(fc.nat(8), fc.integer({ min: 1020, max: 1030 }), fc.constant(0xffff_ffff));
    fc.assert(
      fc.property(fc.array(fc.record({ id, put: fc.boolean() }), { maxLength: 200 }), (steps) => {
        const table = new PeerTable<number, string>();
        const model = new Map<number, string>();
        for (const [at, step] of steps.entries()) {
          if (step.put) {
            table.put(step.id, `entry ${at}`);
            model.set(step.id, `entry ${at}`);
          } else {
            expect(table.remove(step.id)).toBe(model.get(step.id));
            model.delete(step.id);
          }
          expect(table.has(step.id)).toBe(model.has(step.id));
        }
        expect(table.size).toBe(model.size);
        expect([...table.values()].sort()).toEqual([...model.values()].sort());
      }),
    );
  });
});
