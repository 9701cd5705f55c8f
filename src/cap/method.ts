/** Method: what generated code says of one method of an interface. A value, shared by the callers' and the servers' side. */

import type { StructType } from "../wire/pointer-type.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { type CallHints, NO_HINTS } from "./hook.js";
import type { Pipeline, PipelineClass } from "./remote-promise.js";

/** Params as a caller gives them: a plain object, or a callback that fills the builder in place. */
export type Params<Init, Builder> = Init | ((builder: Builder) => void);

/** What the generator writes. `Params`, `Results` and `Pipeline` are functions because schemas are cyclic. */
export interface MethodSpec<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline> {
  readonly interfaceId: bigint;
  readonly interfaceName: string;
  readonly ordinal: number;
  /** Its member of clients and servers. */
  readonly name: string;
  Params(): StructType<unknown, ParamsBuilder, ParamsInit>;
  Results(): StructType<ResultsReader, unknown, never>;
  Pipeline(): PipelineClass<ResultsPipeline>;
  readonly streaming?: boolean;
  /** The results can hold no capability: no pipeline is possible (rpc.capnp Call.noPromisePipelining). */
  readonly noPipelining?: boolean;
}

export class Method<ParamsInit = unknown, ParamsBuilder = unknown, ResultsReader = unknown, ResultsPipeline = unknown> {
  readonly interfaceId: bigint;
  readonly interfaceName: string;
  readonly ordinal: number;
  readonly name: string;
  readonly streaming: boolean;
  readonly hints: CallHints;
  /** How many more calls record the stack of their caller (call-site.ts). */
  tracesLeft: number;
  readonly #spec: MethodSpec<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline>;

  constructor(spec: MethodSpec<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline>) {
    this.interfaceId = spec.interfaceId;
    this.interfaceName = spec.interfaceName;
    this.ordinal = spec.ordinal;
    this.name = spec.name;
    this.streaming = spec.streaming ?? false;
    this.hints = this.streaming ? STREAMING : spec.noPipelining ? NO_PIPELINING : NO_HINTS;
    this.tracesLeft = INITIAL_TRACES;
    this.#spec = spec;
  }

  get params(): StructType<unknown, ParamsBuilder, ParamsInit> {
    return this.#spec.Params();
  }

  get results(): StructType<ResultsReader, unknown, never> {
    return this.#spec.Results();
  }

  get pipeline(): PipelineClass<ResultsPipeline> {
    return this.#spec.Pipeline();
  }

  /** "Calculator.evaluate". */
  toString(): string {
    return `${this.interfaceName}.${this.name}`;
  }
}

/** Any method, for tables of them. */
export type AnyMethod = Method<never, StructBuilder, StructReader, Pipeline<unknown>>;

export function method<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline>(
  spec: MethodSpec<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline>,
): Method<ParamsInit, ParamsBuilder, ResultsReader, ResultsPipeline> {
  return new Method(spec);
}

const NO_PIPELINING: CallHints = Object.freeze({ noPromisePipelining: true });
/** What a streaming method returns is an empty struct. */
const STREAMING: CallHints = Object.freeze({ noPromisePipelining: true, streaming: true });
const INITIAL_TRACES = 64;
