/** Readers and builders on the console show their fields. */

import { inspect } from "node:util";
import { MessageBuilder, MessageReader } from "capwire/wire";
import { describe, expect, it } from "vitest";
import { Person, Pointers, Shape } from "../schemas/all-types.capnp.js";

describe("what console.log shows", () => {
  it("is the class and the plain object of a reader, builder or group", () => {
    const message = new MessageBuilder();
    message.setRoot(Person, { name: "Ada", employment: { employer: "ACME" } });
    const person = message.asReader().getRoot(Person);
    expect(inspect(person)).toMatch(/^Person\.Reader \{\n {2}name: 'Ada',/);
    expect(inspect(person.employment)).toBe("Person.Employment.Reader { which: 'employer', employer: 'ACME' }");
    expect(inspect(message.getRoot(Person).address.geo)).toBe(
      "Person.Address.Geo.Builder { latitude: 0, longitude: 0 }",
    );
    expect(inspect({ deep: { deep: { deep: person } } })).toContain("[Person.Reader]");
  });

  it("is a reason where the message is malformed", () => {
    const message = new MessageBuilder();
    message.setRoot(Shape, { label: "x" });
    const bytes = message.segments()[0]!.slice(0, -8);
    expect(inspect(new MessageReader([bytes]).getRoot(Shape))).toMatch(/^Shape\.Reader <malformed: /);
    expect(inspect(new MessageBuilder().initRoot(Pointers))).toMatch(/^Pointers\.Builder \{/);
  });
});
