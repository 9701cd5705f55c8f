/**
 * What a call returns: a promise for its results whose pointer fields can be used before they are here. RemotePromise is the
 * root of a tree of pipelines; every one of them can be awaited, and all are views of one PendingCall (pending-call.ts).
 */

import type { AnyPointerReader } from "../wire/any-pointer.js";
import { AnyPointer } from "../wire/any-pointer-type.js";
import type { StructType } from "../wire/pointer-type.js";
import type { Client } from "./client.js";
import { readDisposable } from "./disposable-reader.js";
import type { PipelinePath } from "./hook.js";
import type { ClientType } from "./interface-type.js";
import type { PendingCall } from "./pending-call.js";
import type { StreamingCall } from "./streaming-call.js";

/** The promise of a call's results. Never an unhandled rejection: whoever doesn't await it doesn't hear of its failure. */
export type RemotePromise<R> = Pipeline<R>;

/** The class of one struct's pipelines. */
export type PipelineClass<P> = new (call: PendingCall, path: PipelinePath) => P;

/** A struct that a call will return. Generated subclasses add a getter for each field that can be pipelined on. */
export abstract class Pipeline<R> implements Promise<R & Disposable>, Disposable {
  readonly $pending: PendingCall;
  readonly $path: PipelinePath;
  #promise: Promise<R & Disposable> | null = null;

  constructor(call: PendingCall, path: PipelinePath) {
    this.$pending = call;
    this.$path = path;
  }

  /** The type of the struct; what awaiting reads. */
  protected abstract get $type(): StructType<R, unknown, never>;

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<T = R & Disposable, E = never>(
    onfulfilled?: ((results: R & Disposable) => T | PromiseLike<T>) | null,
    onrejected?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    // Made when first asked for, so that a failure nobody awaits is nobody's unhandled rejection.
    this.#promise ??= outcome(this.$pending, () => this.$read());
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<E = never>(onrejected?: ((error: unknown) => E | PromiseLike<E>) | null): Promise<(R & Disposable) | E> {
    return this.then(null, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<R & Disposable> {
    return this.then().finally(onfinally);
  }

  get [Symbol.toStringTag](): string {
    return "RemotePromise";
  }

  /** Cancels the call if it has not returned, and gives back every capability of its results. Those pipelined from it end as well. */
  [Symbol.dispose](): void {
    this.$pending[Symbol.dispose]();
  }

  /** Reads the struct from the results, which are here. */
  protected $read(): R & Disposable {
    const { content } = this.$pending;
    const place = this.$path.length === 0 ? content : this.$pending.place(this.$path);
    // Each step of the path is one level of nesting.
    return readDisposable(this.$type, this.$pending, place, content.nesting - this.$path.length);
  }

  /** The capability in pointer `index`. One Client per path: asking twice gives the same. */
  protected $client<C extends Client>(index: number, type: ClientType<C>): C {
    return this.$pending.pipelined([...this.$path, index], type);
  }

  /** The struct in pointer `index`. */
  protected $struct<P>(index: number, Class: PipelineClass<P>): P {
    return new Class(this.$pending, [...this.$path, index]);
  }

  /** A group: another view of the same struct. */
  protected $group<P>(Class: PipelineClass<P>): P {
    return new Class(this.$pending, this.$path);
  }

  /** Whatever is in pointer `index`. */
  protected $any(index: number): AnyPipeline {
    return new AnyPipeline(this.$pending, [...this.$path, index]);
  }
}

/** An AnyPointer (or a field of a type parameter) that a call will return. Its user says what it is. */
export class AnyPipeline {
  readonly #call: PendingCall;
  readonly #path: PipelinePath;

  constructor(call: PendingCall, path: PipelinePath) {
    this.#call = call;
    this.#path = path;
  }

  asClient<C extends Client>(type: ClientType<C>): C {
    return this.#call.pipelined(this.#path, type);
  }

  asStruct<P>(Class: PipelineClass<P>): P {
    return new Class(this.#call, this.#path);
  }

  /** The pointer itself, once the results are here. */
  read(): Promise<AnyPointerReader> {
    const call = this.#call;
    return outcome(call, () => {
      const place = call.place(this.#path);
      const nesting = call.content.nesting - this.#path.length;
      return place ? AnyPointer.read(place.segment, place.at, nesting) : AnyPointer.zero();
    });
  }
}

/**
 * The promise of a streaming call: resolves when the next one may be sent, and rejects if the stream is broken. Never an unhandled
 * rejection; the error comes again from later calls. Disposing it cancels the call if that has not been answered.
 */
export class StreamPromise implements Promise<undefined>, Disposable {
  readonly #call: StreamingCall;
  #promise: Promise<undefined> | null = null;

  constructor(call: StreamingCall) {
    this.#call = call;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<T = undefined, E = never>(
    onfulfilled?: ((value: undefined) => T | PromiseLike<T>) | null,
    onrejected?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    this.#promise ??= new Promise((resolve, reject) => this.#call.observeReady(() => resolve(undefined), reject));
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<E = never>(onrejected?: ((error: unknown) => E | PromiseLike<E>) | null): Promise<undefined | E> {
    return this.then(null, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<undefined> {
    return this.then().finally(onfinally);
  }

  get [Symbol.toStringTag](): string {
    return "StreamPromise";
  }

  [Symbol.dispose](): void {
    this.#call[Symbol.dispose]();
  }
}

/** What `read` gives once `call` has returned; rejects as the call fails. */
function outcome<T>(call: PendingCall, read: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    call.observe(() => {
      try {
        resolve(read());
      } catch (thrown) {
        reject(thrown);
      }
    }, reject);
  });
}
