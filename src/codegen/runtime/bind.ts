/**
 * Binding: for each brand, its own struct types and its own subclasses of the generated classes, whose `$brand` says what their type
 * parameters are. Instances look like any other; only their prototype differs.
 */

import type { Client, ClientClass } from "../../cap/client.js";
import type { CapabilityHook, PipelinePath } from "../../cap/hook.js";
import type { PendingCall } from "../../cap/pending-call.js";
import type { PipelineClass } from "../../cap/remote-promise.js";
import type { StructBuilderClass, StructReaderClass, StructType } from "../../wire/pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "../../wire/segment.js";
import { type Brand, made } from "./brand.js";
import { struct } from "./declare.js";

/** A generic struct type with its parameters bound. */
export function bindStruct<T>(type: StructType<unknown, unknown, never>, brand: Brand): T {
  return made(brand, type, () => {
    const { id, name, dataWords, pointerCount } = type;
    const Reader = bindReader(type.Reader, brand);
    const Builder = bindBuilder(type.Builder, brand);
    return struct({
      ...{ id, name, dataWords, pointerCount, Reader, Builder },
      makeReader: (s, d, z, p, c, n) => new Reader(s, d, z, p, c, n),
      makeBuilder: (s, d, p, c) => new Builder(s, d, p, c),
    });
  }) as T;
}

export function bindReader<R>(Reader: StructReaderClass<unknown>, brand: Brand): StructReaderClass<R> {
  return made(brand, Reader, () => {
    const Base = Reader as StructReaderClass<object>;
    // The constructors are written out: implied ones spread their arguments.
    const Bound = class extends Base {
      constructor(
        segment: ReaderSegment,
        data: number,
        dataSize: number,
        pointers: number,
        pointerCount: number,
        nesting: number,
      ) {
        super(segment, data, dataSize, pointers, pointerCount, nesting);
      }
    };
    return branded(Bound as StructReaderClass<R>, Base, brand);
  });
}

export function bindBuilder<B>(Builder: StructBuilderClass<unknown>, brand: Brand): StructBuilderClass<B> {
  return made(brand, Builder, () => {
    const Base = Builder as StructBuilderClass<object>;
    const Bound = class extends Base {
      constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
        super(segment, data, pointers, pointerCount);
      }
    };
    return branded(Bound as StructBuilderClass<B>, Base, brand);
  });
}

export function bindPipeline<P>(Pipeline: PipelineClass<unknown>, brand: Brand): PipelineClass<P> {
  return made(brand, Pipeline, () => {
    const Base = Pipeline as PipelineClass<object>;
    const Bound = class extends Base {
      constructor(call: PendingCall, path: PipelinePath) {
        super(call, path);
      }
    };
    return branded(Bound as PipelineClass<P>, Base, brand);
  });
}

export function bindClient<C extends Client>(Base: ClientClass<Client>, brand: Brand): ClientClass<C> {
  return made(brand, Base, () => {
    const Bound = class extends Base {
      constructor(hook: CapabilityHook) {
        super(hook);
      }
    };
    return branded(Bound as ClientClass<C>, Base, brand);
  });
}

/** `Bound` under the name of `Base`, its instances knowing `brand`. */
function branded<C extends { readonly prototype: unknown }>(
  Bound: C,
  Base: { readonly name: string },
  brand: Brand,
): C {
  Object.defineProperty(Bound.prototype, "$brand", { value: brand });
  Object.defineProperty(Bound, "name", { value: Base.name });
  return Bound;
}
