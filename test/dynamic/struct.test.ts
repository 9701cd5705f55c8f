/** Building and reading structs by name, with the schema compiled as the program runs. */

import { inspect } from "node:util";
import {
  type DynamicBuilder,
  DynamicTypes,
  getField,
  loadText,
  SchemaCompileError,
  SchemaLoader,
} from "capwire/dynamic";
import { listOf, Text } from "capwire/wire";
import { describe, expect, it } from "vitest";

const ADDRESS_BOOK = `@0x9eb32e19f86ee174;
struct Person {
  id @0 :UInt32;
  name @1 :Text;
  email @2 :Text;
  phones @3 :List(PhoneNumber);
  struct PhoneNumber {
    number @0 :Text;
    type @1 :Type;
    enum Type { mobile @0; home @1; work @2; }
  }
  employment :union {
    unemployed @4 :Void;
    employer @5 :Text;
    school @6 :Text;
    selfEmployed @7 :Void;
  }
  address :group { street @8 :Text; zip @9 :UInt16 = 1000; }
  extra @10 :AnyPointer;
  best @11 :Person;
  big @12 :UInt64;
  photo @13 :Data;
}
struct Getter { get @0 :Int8; }
struct AddressBook { people @0 :List(Person); }
const answer :UInt32 = 42;
const nobody :Person = (name = "Nobody", phones = [(number = "0", type = work)]);
const kinds :List(Person.PhoneNumber.Type) = [home, work];
`;

interface PersonFields {
  id: number;
  name: string;
  email: string;
}

const book = loadText({ "addressbook.capnp": ADDRESS_BOOK }, "addressbook.capnp");
const Person = book.$struct<PersonFields>("Person");
const AddressBook = book.$struct("AddressBook");
const alice = () =>
  Person.newMessage({
    id: 123,
    name: "Alice",
    phones: [{ number: "555-1212", type: "mobile" }, { number: "555-7777" }],
    employment: { school: "MIT" },
    address: { street: "Main" },
    big: 5,
  });

describe("a module", () => {
  it("lists its declarations by name, nested ones inside", () => {
    expect(Object.keys(book)).toEqual(["Person", "Getter", "AddressBook", "answer", "nobody", "kinds"]);
    const loaded = book as unknown as { Person: { PhoneNumber: { Type: { home: string } } } };
    expect(loaded.Person).toBe(Person);
    expect(loaded.Person.PhoneNumber.Type.home).toBe("home");
    expect(book.$enum("Person.PhoneNumber.Type")).toBe(loaded.Person.PhoneNumber.Type);
  });

  it("has constants as values", () => {
    expect(book.$constant("answer")).toBe(42);
    expect((book.$constant("nobody") as { name: string }).name).toBe("Nobody");
    expect(Array.from(book.$constant("kinds") as Iterable<string>)).toEqual(["home", "work"]);
  });

  it("says what is wrong with a schema that does not compile", () => {
    const load = () => loadText({ "a.capnp": "@0x9eb32e19f86ee174;\nstruct A { x @0 :Nothing; }" }, "a.capnp");
    expect(load).toThrow(SchemaCompileError);
    expect(load).toThrow(/a\.capnp:2.*Nothing/s);
  });

  it("imports other files of the map, and the standard schemas", () => {
    const files = {
      "/lib/shared.capnp": "@0xf1f2f3f4f5f6f7f8; struct Shared { text @0 :Text; }",
      "app/main.capnp": `@0xe1e2e3e4e5e6e7e8; using S = import "/lib/shared.capnp"; using Json = import "/capnp/compat/json.capnp";
        struct Main { shared @0 :S.Shared; renamed @1 :Text $Json.name("other"); }`,
    };
    const Main = loadText(files, "app/main.capnp").$struct("Main");
    expect(Main.newMessage({ shared: { text: "x" } }).toObject()).toEqual({ shared: { text: "x" }, renamed: "" });
    expect(Main.schema.field("renamed").annotation(0xfa5b1fd61c2e7c3dn)).toBe("other");
  });

  it("names the nearest declaration when asked for one that is not there", () => {
    expect(() => book.$struct("Persom")).toThrow('addressbook.capnp declares no Persom (did you mean "Person"?)');
    expect(() => book.$struct("answer")).toThrow("is a const, not a struct");
  });
});

describe("a struct", () => {
  it("is built from a plain object and read back", () => {
    const person = Person.read(alice().toBytes());
    expect(person.name).toBe("Alice");
    expect(person.get("id")).toBe(123);
    expect(person.toObject()).toEqual({
      id: 123,
      name: "Alice",
      email: "",
      phones: [
        { number: "555-1212", type: "mobile" },
        { number: "555-7777", type: "mobile" },
      ],
      employment: { which: "school", school: "MIT" },
      address: { street: "Main", zip: 1000 },
      extra: null,
      best: undefined,
      big: 5n,
      photo: new Uint8Array(0),
    });
  });

  it("has a field called like a method, which hides that method only", () => {
    const getter = book.$struct("Getter").newMessage({ get: 7 });
    expect((getter as unknown as { get: number }).get).toBe(7);
    expect(getter.has("get")).toBe(true);
    expect(getField(getter, "get")).toBe(7);
  });

  it("gets, sets, initialises, clears and asks by name", () => {
    const person = alice().asReader().copy();
    person.set("name", "Bob").set("id", 9);
    expect(person.has("email")).toBe(false);
    const phones = person.init("phones", 2) as { at(index: number): DynamicBuilder; length: number };
    phones.at(1).set("type", "work");
    expect(phones.length).toBe(2);
    expect(phones.at(1).toObject()).toEqual({ number: "", type: "work" });
    person.set("email", null);
    person.clear("name");
    expect(person.toObject()).toMatchObject({ id: 9, name: "" });
    (person.init("address") as DynamicBuilder).set("zip", 7);
    expect(person.toObject()).toMatchObject({ address: { street: "", zip: 7 } });
  });

  it("has the verbs of generated structs, named after its fields", () => {
    const person = alice() as unknown as {
      hasEmail(): boolean;
      initPhones(count: number): { length: number };
      initAddress(): DynamicBuilder;
      disownPhones(): unknown;
      adoptPhones(orphan: unknown): void;
      hasPhones(): boolean;
    };
    expect([person.hasEmail(), person.hasPhones()]).toEqual([false, true]);
    expect(person.initPhones(3).length).toBe(3);
    const orphan = person.disownPhones();
    expect(person.hasPhones()).toBe(false);
    person.adoptPhones(orphan);
    expect(person.hasPhones()).toBe(true);
    expect(person.initAddress().toObject()).toEqual({ street: "", zip: 1000 });
  });

  it("can be used before the types of all its fields were loaded", () => {
    const nodes = [...book.$loader].map((schema) => schema.node);
    const loader = new SchemaLoader();
    const { id } = Person;
    loader.load(nodes.find((node) => node.id === id)!);
    const Partial = DynamicTypes.of(loader).struct(loader.struct(id));
    const partial = Partial.read(alice().toBytes());
    expect(partial.get("name")).toBe("Alice");
    expect(partial.has("phones")).toBe(true);
    expect(() => partial.get("phones")).toThrow("no struct with id");
    for (const node of nodes) loader.load(node);
    expect(partial.get("phones")).toHaveLength(2);
  });

  it("has no room for a misspelt field", () => {
    const person = Person.newMessage({ name: "Ada", phones: [{}] });
    expect(() => Object.assign(person, { nmae: "Grace" })).toThrow(/nmae/);
    expect(() => Object.assign((person.get("phones") as { at(index: number): object }).at(0), { numbr: "1" })).toThrow(
      /numbr/,
    );
    expect(() => person.set("nmae", "Grace")).toThrow('did you mean "name"?');
  });

  it("says which member of a union is set and refuses to read another", () => {
    const employment = Person.newMessage({ employment: { employer: "ACME" } }).asReader() as unknown as {
      employment: { which: string; employer: string; school: string };
    };
    expect(employment.employment.which).toBe("employer");
    expect(employment.employment.employer).toBe("ACME");
    expect(() => employment.employment.school).toThrow(
      "Union member school of Person.employment is not set (employer is)",
    );
  });

  it("leaves the union as it was when a value is refused", () => {
    const person = alice();
    const employment = person.init("employment") as DynamicBuilder;
    employment.set("school", "ETH");
    expect(() => employment.set("employer", 5)).toThrow("Person.employment.employer is a string, not number 5");
    expect(employment.which).toBe("school");
  });

  it.each([
    [{ nmae: "x" }, 'Person has no field nmae (did you mean "name"?)'],
    [{ employment: { emploier: "x" } }, 'Person.employment has no field emploier (did you mean "employer"?)'],
    [{ employment: { employer: "x", school: "y" } }, "only one of them can be set"],
    [{ employment: { which: "retired" } }, 'has no union member "retired"'],
    [{ id: "1" }, "is no UInt32"],
    [{ id: -1 }, "-1 is no UInt32"],
    [{ big: 1.5 }, "Person.big is a bigint, not number 1.5"],
    [{ photo: "xx" }, 'Person.photo is a Uint8Array, not "xx"'],
    [{ address: 5 }, "group Person.address is set to an object of its fields"],
    [{ phones: [{ type: "fax" }] }, '"fax" is none of mobile, home, work'],
    [{ phones: [{ type: "fax" }] }, 'Person.PhoneNumber.type: "fax" is none of'],
    [{ phones: 5 }, "Person.phones is a List(Person.PhoneNumber), not number 5"],
    [{ phones: "ab" }, 'Person.phones is a List(Person.PhoneNumber), not "ab"'],
    [{ phones: [5] }, "Person.PhoneNumber is given as an object of its fields, not as a number"],
    [{ best: [] }, "Person.best: Person is given as an object of its fields"],
    [{ id: 1.5 }, "Person.id: 1.5 is no UInt32"],
    [{ extra: { a: 1 } }, "an AnyPointer cannot tell what type this value is of"],
  ])("refuses %j", (init, message) => {
    expect(() => Person.newMessage(init)).toThrow(message);
  });

  it("takes AnyPointers as struct, list, text, and whatever a callback sets", () => {
    const person = alice();
    person.set("extra", "a text");
    const extra = () => person.asReader().get("extra") as { as(type: unknown): unknown };
    expect(extra().as(Text)).toBe("a text");
    person.set("extra", AddressBook.newMessage({ people: [{ name: "Carol" }] }));
    expect((extra().as(AddressBook) as { toObject(): unknown }).toObject()).toMatchObject({
      people: [{ name: "Carol" }],
    });
    person.set("extra", (pointer: { set(type: unknown, value: unknown): void }) =>
      pointer.set(listOf(Text), ["a", "b"]),
    );
    expect(Array.from(extra().as(listOf(Text)) as Iterable<string>)).toEqual(["a", "b"]);
    (person.init("extra") as { init(type: unknown): DynamicBuilder }).init(Person).set("name", "inside");
    expect((extra().as(Person) as { name: string }).name).toBe("inside");
  });

  it("moves objects within a message as orphans", () => {
    const person = alice();
    const phones = person.disown("phones");
    expect(person.has("phones")).toBe(false);
    const best = person.init("best") as DynamicBuilder;
    best.adopt("phones", phones);
    const orphan = person.newOrphan("phones", 1);
    person.adopt("phones", orphan);
    expect(person.toObject()).toMatchObject({
      phones: [{ number: "" }],
      best: { phones: [{ number: "555-1212" }, { number: "555-7777" }] },
    });
  });

  it("copies, compares and measures", () => {
    const person = alice();
    const copy = person.copy();
    expect(copy.equals(person)).toBe(true);
    copy.set("id", 124);
    expect(copy.equals(person.asReader())).toBe(false);
    expect(Person.readPacked(person.toPackedBytes()).equals(person)).toBe(true);
    expect(person.toPackedBytes().length).toBeLessThan(person.toBytes().length);
    expect(person.totalSize()).toEqual({ words: person.toBytes().length / 8 - 2, capabilities: 0 });
  });

  it("gives plain objects as options say, and takes them back", () => {
    const person = alice();
    person.set("photo", Uint8Array.of(1, 2, 255));
    person.set("big", 2n ** 60n);
    const plain = person.toObject({ unset: "omit", bytes: "base64", bigints: "string", enums: "ordinal" });
    expect(plain).toEqual({
      id: 123,
      name: "Alice",
      phones: [
        { number: "555-1212", type: 0 },
        { number: "555-7777", type: 0 },
      ],
      employment: { which: "school", school: "MIT" },
      address: { street: "Main", zip: 1000 },
      big: "1152921504606846976",
      photo: "AQL/",
    });
    const back = Person.fromObject({ ...plain, big: 0n, unknown: 1 }, { bytes: "base64", unknownFields: "ignore" });
    expect(back.toObject()).toMatchObject({ photo: Uint8Array.of(1, 2, 255), phones: [{ number: "555-1212" }, {}] });
  });

  it("is shown by console.log as what it is, deep parts and malformed ones included", () => {
    const person = alice();
    person.set("best", { name: "Bob" });
    const shown = inspect(person, { depth: 5 });
    expect(shown).toMatch(/^Person \{/);
    expect(shown).toContain("name: 'Alice'");
    expect(shown).toContain("Person.PhoneNumber { number: '555-1212', type: 'mobile' }");
    expect(shown).toContain("employment: { school: 'MIT' }");
    person.set("extra", "text");
    expect(inspect(person)).toContain("extra: <AnyPointer to a list>");
    expect(inspect(person, { depth: 0 })).toContain("[Person]");
    expect(inspect(person.get("phones"))).toMatch(/^\[ Person\.PhoneNumber \{|^\[\n? *Person\.PhoneNumber/);
    const bytes = person.toBytes();
    bytes.fill(0x7f, 8 + 8 + 5 * 8, 8 + 8 + 6 * 8);
    expect(inspect(Person.read(bytes))).toContain("<malformed");
  });

  it("is read by an older schema without losing what that does not know", () => {
    const older = loadText(
      { "b.capnp": "@0x8eb32e19f86ee174; struct Person { id @0 :UInt32; name @1 :Text; }" },
      "b.capnp",
    ).$struct("Person");
    const read = older.read(alice().toBytes());
    expect(read.toObject()).toEqual({ id: 123, name: "Alice" });
    const copy = read.copy();
    copy.set("name", "Alicia");
    expect(Person.read(copy.toBytes()).toObject()).toMatchObject({ name: "Alicia", employment: { school: "MIT" } });
  });
});
