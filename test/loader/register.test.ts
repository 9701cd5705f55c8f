/** Node programs that import schemas: `node --import capwire/register app.js`, run as processes. */

import { afterEach, expect, it } from "vitest";
import { PERSON, PHONE, Project } from "./project.js";

let project: Project;
afterEach(() => project.remove());

/** The output of a program that ended well. */
function outputOf(file: string, env?: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = project.node(file, env);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout.trim();
}

const SHOW_ADA = `import { ada, Person } from "./schemas/person.capnp";
console.log(JSON.stringify(ada().toObject()), Person.name);`;
const ADA = '{"name":"Ada","phones":[{"number":"1","type":"home"}]} Person';

it("a program imports a schema, and what that imports, as modules", () => {
  project = new Project({ "schemas/person.capnp": PERSON, "schemas/phone.capnp": PHONE, "app.js": SHOW_ADA });
  expect(outputOf("app.js")).toBe(ADA);
});

it("messages are built, written and read through imported classes, which are those of the rest of the program", () => {
  project = new Project({
    "person.capnp": PERSON,
    "phone.capnp": PHONE,
    "app.js": `import { decodeFrame, encodeFrame, MessageBuilder, StructReader } from "capwire/wire";
      import { Person } from "./person.capnp";
      import { Phone } from "./phone.capnp";
      const message = new MessageBuilder();
      message.initRoot(Person).assign({ name: "Grace", phones: [{ number: "2" }] });
      const person = decodeFrame(encodeFrame(message)).getRoot(Person);
      const [phone] = person.phones;
      console.log(person.name, person instanceof StructReader, phone instanceof Phone.Reader);`,
  });
  expect(outputOf("app.js")).toBe("Grace true true");
});

it("an interface that is imported is served and called", () => {
  project = new Project({
    "greeter.capnp": "@0xa1b2c3d4e5f60003; interface Greeter { greet @0 (name :Text) -> (greeting :Text); }",
    "app.js": `import { Greeter } from "./greeter.capnp";
      const greeter = Greeter.serve({ greet: ({ name }) => ({ greeting: "hello " + name }) });
      console.log((await greeter.greet({ name: "Ada" })).greeting);`,
  });
  expect(outputOf("app.js")).toBe("hello Ada");
});

it("standard schemas are those that capwire carries", () => {
  project = new Project({
    "sturdy.capnp": `@0xa1b2c3d4e5f60004;
      using Persistent = import "/capnp/persistent.capnp".Persistent;
      interface Sturdy extends(Persistent(Text, Text)) {}`,
    "app.js": `import { Persistent } from "capwire/std/persistent";
      import { Sturdy } from "./sturdy.capnp";
      console.log(Sturdy.name, Persistent.name);`,
  });
  expect(outputOf("app.js")).toBe("Sturdy Persistent");
});

it("schemas that import each other are loaded", () => {
  project = new Project({
    "left.capnp": `@0xa1b2c3d4e5f60005; struct Left { right @0 :import "right.capnp".Right; }`,
    "right.capnp": `@0xa1b2c3d4e5f60006; struct Right { left @0 :import "left.capnp".Left; }`,
    "app.js": `import { MessageBuilder } from "capwire/wire";
      import { Left } from "./left.capnp";
      const left = new MessageBuilder().initRoot(Left);
      left.initRight().initLeft();
      console.log(left.right.left.hasRight());`,
  });
  expect(outputOf("app.js")).toBe("false");
});

it("imports that begin with a slash are looked up where package.json and the environment say", () => {
  project = new Project({
    "package.json": JSON.stringify({ type: "module", capwire: { importPath: ["shared"] } }),
    "shared/parts/phone.capnp": PHONE,
    "elsewhere/mail.capnp": "@0xa1b2c3d4e5f60007; struct Mail { address @0 :Text; }",
    "person.capnp": `@0xa1b2c3d4e5f60008;
      struct Person { phone @0 :import "/parts/phone.capnp".Phone; mail @1 :import "/mail.capnp".Mail; }`,
    "app.js": `import { Person } from "./person.capnp";
      import { MessageBuilder } from "capwire/wire";
      const person = new MessageBuilder().initRoot(Person);
      person.assign({ phone: { number: "3" }, mail: { address: "a@b" } });
      console.log(person.phone.number, person.mail.address);`,
  });
  expect(outputOf("app.js", { CAPWIRE_IMPORT_PATH: "elsewhere" })).toBe("3 a@b");
});

it("a schema may come out of an installed package, and lie outside of the project", () => {
  const outside = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE });
  project = new Project({
    "node_modules/phones/package.json": JSON.stringify({ name: "phones", exports: { "./*": "./schemas/*" } }),
    "node_modules/phones/schemas/phone.capnp": PHONE,
    "app.js": `import { Phone } from "phones/phone.capnp";
      import { ada } from ${JSON.stringify(outside.path("person.capnp"))};
      console.log(Phone.name, ada().name);`,
  });
  try {
    expect(outputOf("app.js")).toBe("Phone Ada");
  } finally {
    outside.remove();
  }
});

it("where no capwire is installed around a schema, its code uses the one that compiled it", () => {
  const outside = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE });
  outside.removePackages();
  project = new Project({
    "app.js": `import { ada } from ${JSON.stringify(outside.path("person.capnp"))}; console.log(ada().name);`,
  });
  try {
    expect(outputOf("app.js")).toBe("Ada");
  } finally {
    outside.remove();
  }
});

it("paths with spaces, percent signs, hashes and letters of other alphabets are paths", () => {
  const importing = PERSON.replace("phone.capnp", "50% of #1/phone ü.capnp");
  project = new Project({
    "my schemas/person.capnp": importing,
    "my schemas/50% of #1/phone ü.capnp": PHONE,
    "app.js": `import { ada } from "./my%20schemas/person.capnp"; console.log(ada().phones.at(0).number);`,
  });
  expect(outputOf("app.js")).toBe("1");
});

it("a query makes another module of the same schema", () => {
  project = new Project({
    "phone.capnp": PHONE,
    "app.js": `import { Phone } from "./phone.capnp";
      const { Phone: Other } = await import("./phone.capnp?v=2");
      console.log(Phone === Other, Phone.id === Other.id);`,
  });
  expect(outputOf("app.js")).toBe("false true");
});

it("a schema with mistakes is refused with all of them, each with its place and its line", () => {
  project = new Project({
    "schemas/bad.capnp": "@0xa1b2c3d4e5f60009;\nstruct Bad {\n  a @0 :Txt;\n  b @1 :Int33;\n}\n",
    "app.js": 'import "./schemas/bad.capnp";',
  });
  const { status, stderr } = project.node("app.js");
  expect(status).toBe(1);
  expect(stderr).toContain("schemas/bad.capnp:3:9: error: 'Txt' is not defined.");
  expect(stderr).toContain("  3 |   a @0 :Txt;\n    |         ^^^");
  expect(stderr).toContain("schemas/bad.capnp:4:9: error: 'Int33' is not defined.");
  expect(stderr).toContain("2 errors");
});

it("a mistake in an imported schema, or an import of none, is reported where it is made", () => {
  project = new Project({
    "person.capnp": PERSON,
    "phone.capnp": PHONE.replace(":Text", ":Txt"),
    "lost.capnp": '@0xa1b2c3d4e5f6000a;\nstruct Lost { where @0 :import "nowhere.capnp".There; }',
    "app.js": `for (const name of ["person", "lost", "missing"])
      await import("./" + name + ".capnp").catch((error) => console.log(error.message));`,
  });
  const output = outputOf("app.js");
  expect(output).toContain("phone.capnp:3:14: error: 'Txt' is not defined.");
  expect(output).toContain("lost.capnp:2:32: error: ");
  expect(output).toContain("[import-failed]");
  expect(output).toContain("missing.capnp");
});

it("a program may catch the error and look at its code", () => {
  project = new Project({
    "bad.capnp": "struct Bad {}",
    "app.js": 'await import("./bad.capnp").catch((error) => console.log(error.code));',
  });
  expect(outputOf("app.js")).toBe("schema-errors");
});

it("a package.json that says nonsense of capwire is named", () => {
  project = new Project({
    "package.json": JSON.stringify({ type: "module", capwire: { importPath: "schemas" } }),
    "phone.capnp": PHONE,
    "app.js": 'import "./phone.capnp";',
  });
  const { status, stderr } = project.node("app.js");
  expect(status).toBe(1);
  expect(stderr).toContain("package.json: capwire.importPath is not a list of directories");
});
