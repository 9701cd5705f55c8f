/** Generated clients and servers call each other inside one process: inheritance, pipelines, streams, generics, odd names. */

import { Int32List, MessageBuilder, Text } from "capwire/wire";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type Greeter, Greeter as GreeterType, Pointers } from "../schemas/all-types.capnp.js";
import {
  type Box,
  Cache,
  type Map as CapnpMap,
  Factory,
  GenericFactory,
  Item,
  ItemStore,
  Store,
  TextCache,
} from "../schemas/generics.capnp.js";
import { type Base, Choice, type Client, Derived, Members, Service } from "../schemas/name-clash.capnp.js";
import { Directory, type Entry, File, type Named, type NamedSink, Sink, type Sized } from "../schemas/streams.capnp.js";

/** An object that implements only some methods of its interface. */
function partial<S extends object>(server: Partial<S>): S {
  return server as S;
}

class MemoryFile implements File.Server {
  readonly chunks: number[] = [];
  readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  name() {
    return { name: this.label };
  }

  size() {
    return { size: BigInt(this.chunks.length) };
  }

  write({ bytes }: Sink.WriteParams) {
    this.chunks.push(...bytes);
  }

  end() {
    return { length: BigInt(this.chunks.length) };
  }

  read({ from, to }: File.ReadParams) {
    return { bytes: Uint8Array.from(this.chunks.slice(Number(from), Number(to))) };
  }

  locate({ text }: File.LocateParams) {
    const from = BigInt(this.chunks.indexOf(text.charCodeAt(0)));
    return { from, to: from + BigInt(text.length) };
  }

  open({ path }: File.OpenParams): File.OpenResults.Init {
    return { file: new MemoryFile(path.toArray().join("/")), parent: new MemoryDirectory() };
  }
}

class MemoryDirectory implements Directory.Server {
  name() {
    return { name: "directory" };
  }

  entry({ name }: Directory.EntryParams): Entry.Init {
    if (name === "none") return { none: null };
    return {
      file: new MemoryFile(name),
      details: { owner: new MemoryFile("owner"), link: { directory: new MemoryDirectory() } },
    };
  }
}

describe("interfaces that inherit", () => {
  it("have the methods of all their superclasses, each once", async () => {
    using file = File.serve(new MemoryFile("f"));
    expect((await file.name()).name).toBe("f");
    expect((await file.size()).size).toBe(0n);
    expect((await file.end()).length).toBe(0n);
  });

  it("stand where a client of a superclass is expected", async () => {
    using file = File.serve(new MemoryFile("f"));
    const nameOf = async (named: Named.Client) => (await named.name()).name;
    expect(await nameOf(file)).toBe("f");
    const sink: NamedSink.Client & Sized.Client = file;
    expect((await sink.end()).length).toBe(0n);
  });

  it("use structs that the schema names as params and results", async () => {
    const server = new MemoryFile("f");
    server.chunks.push(1, 2, 3, 4);
    using file = File.serve(server);
    expect([...(await file.read({ from: 1n, to: 3n })).bytes]).toEqual([2, 3]);
    expectTypeOf(file.locate).returns.resolves.toHaveProperty("from");
  });

  it("keep apart an inherited method and one of the same name that was added", async () => {
    const server: Derived.Server = {
      name: () => ({ name: "derived" }),
      run: () => ({ base: true }),
      run_: () => ({ derived: true }),
    };
    using derived = Derived.serve(server);
    expect((await derived.run()).base).toBe(true);
    expect((await derived.run_()).derived).toBe(true);
    const base: Base.Client = derived;
    expect((await base.run()).base).toBe(true);
  });
});

describe("streaming methods", () => {
  it("resolve to nothing and arrive in order", async () => {
    const server = new MemoryFile("s");
    using sink = Sink.serve(server);
    const writes = [1, 2, 3].map((byte) => sink.write({ bytes: Uint8Array.of(byte) }));
    expectTypeOf(writes[0]!).resolves.toEqualTypeOf<undefined>();
    const end = sink.end();
    expect(await Promise.all(writes)).toEqual([undefined, undefined, undefined]);
    expect((await end).length).toBe(3n);
    expect(server.chunks).toEqual([1, 2, 3]);
  });
});

describe("pipelines", () => {
  it("lead through capabilities, structs, groups and members of unions", async () => {
    using directory = Directory.serve(new MemoryDirectory());
    const entry = directory.entry({ name: "a" });
    const names = await Promise.all([
      entry.file.name(),
      entry.details.owner.name(),
      entry.details.link.directory.entry({ name: "b" }).file.name(),
    ]);
    expect(names.map((each) => each.name)).toEqual(["a", "owner", "b"]);
  });

  it("can be awaited at every step", async () => {
    using directory = Directory.serve(new MemoryDirectory());
    const entry = directory.entry({ name: "a" });
    expectTypeOf(await entry.details.link).toExtend<Entry.Reader>();
    expect((await entry.details.link).which).toBe("directory");
    expect((await entry.details).hasOwner()).toBe(true);
    expect((await directory.entry({ name: "none" })).which).toBe("none");
  });
});

describe("capabilities in fields", () => {
  const greeter: Greeter.Server = { greet: ({ name }) => ({ greeting: `Hello, ${name}!` }) };

  it("are set from clients, servers, promises and null", async () => {
    const root = new MessageBuilder().initRoot(Pointers);
    using client = GreeterType.serve(greeter);
    for (const value of [greeter, client, Promise.resolve(client), Promise.resolve(greeter)]) {
      root.greeter = value;
      expect((await root.greeter.greet({ name: "you" })).greeting).toBe("Hello, you!");
    }
    root.greeter = null;
    expect(root.hasGreeter()).toBe(false);
    await expect(root.greeter.greet()).rejects.toThrow();
  });

  it("of no known interface are cast to one", async () => {
    const root = new MessageBuilder().initRoot(Pointers);
    root.greeter = greeter;
    root.capability = root.greeter;
    using cast = root.capability.castAs(GreeterType);
    expect((await cast.greet({ name: "x" })).greeting).toBe("Hello, x!");
    root.any = cast;
    expect((await root.any.as(GreeterType).greet({ name: "y" })).greeting).toBe("Hello, y!");
  });
});

describe("generic interfaces", () => {
  class MapStore implements Store.Server<Item.$Type> {
    readonly items = new Map<string, string>();

    get({ key }: Store.GetParams<Item.$Type>) {
      return { value: { name: this.items.get(key) ?? "" } };
    }

    put({ key, value }: Store.PutParams<Item.$Type>) {
      this.items.set(key, value.name);
    }

    all() {
      return { entries: [...this.items].map(([key, name]) => ({ key, value: { name } })) };
    }

    find({ like }: Store.FindParams<Item.$Type>) {
      return { found: [{ entries: [{ key: "like", value: like }] }] };
    }

    view(): Store.ViewResults.Init<Item.$Type> {
      return { store: this, box: { one: { name: "boxed" } } };
    }
  }

  it("are bound by of() and typed as bound", async () => {
    using store = Store.of(Item).serve(new MapStore());
    await store.put({ key: "a", value: { name: "first" } });
    const { value } = await store.get({ key: "a" });
    expectTypeOf(value).toEqualTypeOf<Item.Reader>();
    expect(value.name).toBe("first");
    expect((await store.all()).entries.at(0).value.name).toBe("first");
    expect((await store.find({ like: { name: "l" } })).found.at(0).entries.at(0).value.name).toBe("l");
  });

  it("pass their parameters through pipelines", async () => {
    using store = Store.of(Item).serve(new MapStore());
    const view = store.view().store.view();
    await view.store.put({ key: "b", value: { name: "second" } });
    expect((await view.store.get({ key: "b" })).value.name).toBe("second");
    const box = await view.box;
    expectTypeOf(box).toExtend<Box.Reader<Item.$Type>>();
    expect(box.which === "one" && box.one.name).toBe("boxed");
  });

  it("are inherited as the subclass binds them", async () => {
    class Server extends MapStore implements ItemStore.Server {
      count() {
        return { count: this.items.size };
      }
    }
    using store = ItemStore.serve(new Server());
    await store.put({ key: "k", value: { name: "v" } });
    expect((await store.count()).count).toBe(1);
    expectTypeOf((await store.get({ key: "k" })).value).toEqualTypeOf<Item.Reader>();
    const asSuper: Store.Client<Item.$Type> = store;
    expect((await asSuper.get({ key: "k" })).value.name).toBe("v");
  });

  it("are inherited over two steps, each binding what the next leaves open", async () => {
    const maps: string[] = [];
    const server: Partial<TextCache.Server> = {
      put: ({ key, value }) => {
        maps.push(key, ...value.entries.map((each) => `${each.key}=${each.value}`));
      },
      evict: ({ key }) => {
        maps.push(`-${key}`);
      },
    };
    using cache = TextCache.serve(partial<TextCache.Server>(server));
    await cache.put({ key: "m", value: { entries: [{ key: "a", value: "b" }] } });
    await cache.evict({ key: "m" });
    expect(maps).toEqual(["m", "a=b", "-m"]);
    using generic = Cache.of(Text, Text).serve(partial<Cache.Server<typeof Text, typeof Text>>(server));
    await generic.put({ key: "n", value: { entries: [{ key: "c" }] } });
    expect(maps.slice(3)).toEqual(["n", "c="]);
  });
});

describe("methods with type parameters", () => {
  const factory: Factory.Server = {
    create: ({ value }) => ({ box: { one: value } }),
    pair: ({ a, b }) => ({ entries: [{ key: a, value: b }] }),
  };

  it("are AnyPointers unless the call says what they are", async () => {
    using client = Factory.serve(factory);
    const source = new MessageBuilder();
    source.setRoot(Text, "any");
    const { box } = await client.create({ value: source.asReader().root });
    expect(box.which === "one" && box.one.as(Text)).toBe("any");
  });

  it("are typed by the types that are given with the call", async () => {
    using client = Factory.serve(factory);
    const { box } = await client.create({ value: { name: "item" } }, { types: [Item] });
    expect(box.which === "one" && box.one.name).toBe("item");
    const pair = await client.pair({ a: "key", b: [1, 2] }, { types: [Text, Int32List] });
    expectTypeOf(pair.entries.at(0).key).toEqualTypeOf<string>();
    expect([pair.entries.at(0).key, ...pair.entries.at(0).value]).toEqual(["key", 1, 2]);
  });

  it("come after those of a generic interface", async () => {
    const server: GenericFactory.Server<typeof Text> = {
      wrap: ({ base, value }) => ({ map: { entries: [{ key: base, value }] } }),
    };
    using client = GenericFactory.of(Text).serve(server);
    const { map } = await client.wrap({ base: "b", value: { name: "u" } }, { types: [Item] });
    expectTypeOf(map).toExtend<CapnpMap.Reader<typeof Text, Item.$Type>>();
    expect([map.entries.at(0).key, map.entries.at(0).value.name]).toEqual(["b", "u"]);
  });
});

describe("names that clash", () => {
  it("fields that every object or promise has get an underscore", () => {
    const message = new MessageBuilder();
    message.setRoot(Members, {
      constructor_: "c",
      toObject_: 1,
      then_: "t",
      which_: true,
      delete: "d",
      toString_: "s",
      class: 9,
      name: "n",
      hasName: true,
      value: [1],
      initValue: "i",
      this: "this",
      length: 5,
      undefined: true,
    });
    const members = message.asReader().getRoot(Members);
    expect([members.constructor_, members.toObject_, members.then_, members.which_, members.delete]).toEqual([
      "c",
      1,
      "t",
      true,
      "d",
    ]);
    expect(members.class).toBe(9);
    expect([members.hasName, members.hasName_()]).toEqual([true, true]);
    expect(members.constructor).toBe(Members.Reader);
    expect(members.toObject()).toMatchObject({ toString_: "s", initValue: "i", length: 5, undefined: true });
    expect(`${members}`).toBe("[object Object]");
    expect(message.getRoot(Members).initValue_(2)).toHaveLength(2);
  });

  it("a plain object without a field of such a name does not seem to have one", () => {
    const message = new MessageBuilder();
    message.setRoot(Members, {});
    expect(message.getRoot(Members).hasConstructor()).toBe(false);
    expect(message.getRoot(Members).hasToString()).toBe(false);
  });

  it("union members too", async () => {
    const message = new MessageBuilder();
    message.setRoot(Choice, { constructor_: { toString_: "x", which_: true } });
    const choice = message.asReader().getRoot(Choice);
    expect(choice.which === "constructor_" && choice.constructor_.toString_).toBe("x");
    expect(await Promise.resolve(choice)).toBe(choice);
    message.setRoot(Choice, { case: null });
    expect(message.asReader().getRoot(Choice).which).toBe("case");
  });

  it("methods too", async () => {
    const server: Partial<Service.Server> = {
      client_: ({ client }) => ({ client }),
      dup_: () => ({}),
      then_: ({ then_ }) => ({ then_: partial<Service.Server>({ toString_: () => ({ text: then_ }) }) }),
      delete: (params) => {
        expect(params.arguments).toBe("a");
      },
      params: ({ name }) => ({ name: `${name}!` }),
    };
    using service = Service.serve(partial<Service.Server>(server));
    await service.delete({ arguments: "a" });
    expect((await service.params({ name: "n" })).name).toBe("n!");
    expect((await service.then_({ then_: "text" }).then_.toString_()).text).toBe("text");
    await service.dup_();
    using copy = service.dup();
    expect(await Promise.resolve(copy)).toBe(copy);
    expectTypeOf<Client.Reader>().toHaveProperty("service");
  });
});
