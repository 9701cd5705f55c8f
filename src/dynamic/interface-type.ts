/**
 * Interfaces made of their schemas: an InterfaceType as generated code has them (servers and clients, local or over a connection, take
 * either), whose clients have a method for each method of the interface, and whose servers are plain objects.
 */

import type { CallOptions } from "../cap/call-options.js";
import { Client, type ClientClass } from "../cap/client.js";
import type { CapabilityHook } from "../cap/hook.js";
import { InterfaceType } from "../cap/interface-type.js";
import { Method } from "../cap/method.js";
import type { StreamPromise } from "../cap/remote-promise.js";
import type { InterfaceSchema, MethodSchema } from "../schema/interface-schema.js";
import type { StructType } from "../wire/pointer-type.js";
import { mayHoldCapability } from "./may-hold-capability.js";
import { type DynamicPipeline, pipelineClass } from "./pipeline.js";
import type { DynamicBuilder, DynamicReader, Fields } from "./struct.js";
import type { TypeArgument } from "./struct-type.js";
import type { DynamicTypes } from "./types.js";

/** Params of a dynamic call: a plain object, or a callback that fills the builder. */
export type DynamicParams = object | ((params: DynamicBuilder & Fields) => void);

/** A method of a DynamicClient. */
export type DynamicMethod = (params?: DynamicParams, options?: CallOptions) => DynamicPipeline & Fields;

/** A streaming method of a DynamicClient. */
export type DynamicStreamMethod = (params?: DynamicParams, options?: CallOptions) => StreamPromise;

export type DynamicMethodDescriptor = Method<object, DynamicBuilder & Fields, DynamicReader & Fields, DynamicPipeline>;

/** A client of an interface that is known by its schema. Methods are properties; `$invoke` takes their names. */
export class DynamicClient extends Client {
  /** Its interface; on the prototype. */
  declare readonly $interface: DynamicInterfaceType;

  /** Calls the method of that name. Throws UsageError for one the interface does not have. */
  $invoke(name: string, params?: DynamicParams, options?: CallOptions): DynamicPipeline & Fields {
    return invoke(this, this.$interface, name, params, options);
  }
}

/** A server object: methods by name. Each gets the params and its call's context, and returns results as a plain object, or a promise of them. */
export type DynamicServer = object;

/** `M` says to TypeScript what methods its clients have: `{ evaluate: DynamicMethod }`. */
export class DynamicInterfaceType<M extends object = object> extends InterfaceType<DynamicClient & M, DynamicServer> {
  readonly $schema: InterfaceSchema;
  readonly #types: DynamicTypes;

  constructor(schema: InterfaceSchema, types: DynamicTypes) {
    super({
      id: schema.id,
      name: schema.brandedName,
      supers: () => schema.superclasses.map((each) => types.interface(each)) as never,
      methods: () => schema.methods.map((each) => descriptor(each, types)),
      Client: makeClientClass(schema, types, () => this as unknown as DynamicInterfaceType) as ClientClass<
        DynamicClient & M
      >,
    });
    this.$schema = schema;
    this.#types = types;
  }

  /** The descriptor of a method, own or inherited. Throws UsageError for a name the interface does not have. */
  $method(name: string): DynamicMethodDescriptor {
    return descriptor(this.$schema.method(name), this.#types);
  }

  /** This generic interface with its type parameters bound, those of enclosing scopes first. Throws UsageError for a wrong number. */
  of(...args: TypeArgument[]): DynamicInterfaceType {
    return this.#types.interface(this.$schema.bind(...args.map((each) => this.#types.argument(each))));
  }
}

export function makeInterfaceType(schema: InterfaceSchema, types: DynamicTypes): DynamicInterfaceType {
  return new DynamicInterfaceType(schema, types);
}

/** Calls a method of `type` by name on any client, generated or dynamic, whatever interface it was got as. Throws UsageError for an unknown name. */
export function invoke(
  client: Client,
  type: DynamicInterfaceType,
  name: string,
  params?: DynamicParams,
  options?: CallOptions,
): DynamicPipeline & Fields {
  const method = type.$method(name);
  const call = method.streaming
    ? client.$stream(method, params as never, options)
    : client.$call(method, params as never, options);
  return call as unknown as DynamicPipeline & Fields;
}

const descriptors = /*@__PURE__*/ new WeakMap<MethodSchema, DynamicMethodDescriptor>();

function descriptor(schema: MethodSchema, types: DynamicTypes): DynamicMethodDescriptor {
  let made = descriptors.get(schema);
  if (!made) {
    made = new Method({
      interfaceId: schema.parent.id,
      interfaceName: schema.parent.name,
      ordinal: schema.ordinal,
      name: schema.property,
      Params: () => types.struct(schema.params) as unknown as StructType<unknown, DynamicBuilder & Fields, object>,
      Results: () => types.struct(schema.results) as unknown as StructType<DynamicReader & Fields, unknown, never>,
      Pipeline: () => pipelineClass(schema.results, types),
      streaming: schema.isStreaming,
      noPipelining: !mayHoldCapability(schema.results),
    });
    descriptors.set(schema, made);
  }
  return made;
}

function makeClientClass(
  schema: InterfaceSchema,
  types: DynamicTypes,
  type: () => DynamicInterfaceType,
): ClientClass<DynamicClient> {
  const Class = class extends DynamicClient {
    constructor(hook: CapabilityHook) {
      super(hook);
    }
  };
  Object.defineProperty(Class, "name", { value: `${schema.name.replaceAll(".", "$")}$Client` });
  Object.defineProperty(Class.prototype, "$interface", { get: type });
  for (const [property, method] of schema.allMethods) {
    const call = function (this: DynamicClient, params?: DynamicParams, options?: CallOptions) {
      const found = descriptor(method, types);
      return found.streaming
        ? this.$stream(found, params as never, options)
        : this.$call(found, params as never, options);
    };
    Object.defineProperty(Class.prototype, property, { value: call, writable: true, configurable: true });
  }
  return Class;
}
