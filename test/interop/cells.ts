/** The rows of the matrix and what is in each of them: every cell there can be, by the role of the peer. */

import { STEPS } from "../../examples/calculator/steps.js";
import type { Side } from "./known-failures.js";
import type { Row } from "./rows.js";
import { SCENARIOS } from "./scenarios/index.js";

export interface Cell {
  readonly row: Row;
  readonly title: string;
}

/** The calculator's steps, and the line with which a client says that one of them worked. */
export const CALCULATOR_CELLS: readonly (Cell & { readonly line: string })[] = [
  "ok literal 123",
  "ok add-and-subtract 101",
  "ok deferred-reads 27 29",
  "ok defined-functions 1234 4244",
  "ok callback 512",
].map((line, i) => ({ row: "calculator", title: `computes ${STEPS[i]?.formula}`, line }));

/** Titles of the cells that no scenario tells: they need more than one call's view of the world. */
const SERVER_CELLS: readonly Cell[] = [
  { row: "order around resolution", title: "we embargo a result that turns out to be ours" },
  { row: "order around resolution", title: "we embargo their promise when it becomes ours" },
  { row: "order around resolution", title: "they embargo our promise when it becomes theirs" },
  { row: "order around resolution", title: "nobody embargoes a promise that stays on its side" },
  { row: "order around resolution", title: "a promise of theirs becomes an object of another peer in order" },
  { row: "capabilities", title: "it calls an object of another peer through us" },
  { row: "capabilities", title: "an object that comes home is called without a message" },
  { row: "exceptions", title: "a rejected promise is resolved to its exception" },
  { row: "tail calls", title: "the results of a tail call do not travel through the server" },
  { row: "release", title: "what is released leaves our tables empty" },
  { row: "release", title: "all of it works on one connection" },
  { row: "disconnect", title: "a heartbeat is answered and disturbs nothing" },
  { row: "disconnect", title: "its death breaks what was in progress" },
  { row: "disconnect", title: "its death disturbs no other connection" },
];

const CLIENT_CELLS: readonly Cell[] = [
  { row: "release", title: "no object of ours is left behind" },
  { row: "release", title: "all of it works on one connection and leaves our tables empty" },
  { row: "disconnect", title: "our leaving breaks its calls" },
  { row: "disconnect", title: "a connection that is cut breaks its calls" },
  { row: "disconnect", title: "its death frees what it held and disturbs no other connection" },
];

export const CELLS: { readonly [side in Side]: readonly Cell[] } = {
  server: [...SCENARIOS, ...CALCULATOR_CELLS, ...SERVER_CELLS],
  client: [...SCENARIOS, ...CALCULATOR_CELLS, ...CLIENT_CELLS],
};
