/**
 * An address book read and built the way generated code does it, written by hand: wire/ is tested without the generator.
 * Layout: test/wire/address-book.capnp.
 */

import {
  type BuilderSegment,
  Data,
  type ListBuilder,
  type ListInit,
  type ListReader,
  listOf,
  type ReaderSegment,
  StructBuilder,
  StructReader,
  structType,
  Text,
} from "capwire/wire";

export const PHONE_TYPES = ["mobile", "home", "work"] as const;
export type PhoneType = (typeof PHONE_TYPES)[number];
export const PhoneTypeEnum = { names: PHONE_TYPES };

export interface PhoneInit {
  number?: string;
  type?: PhoneType | number;
}

export class PhoneReader extends StructReader {
  // V8 inlines an explicit constructor, not a default one.
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
  get number(): string {
    return this.$text(0);
  }
  get type(): PhoneType | number {
    return this.$enum(0, PHONE_TYPES);
  }
}

export class PhoneBuilder extends StructBuilder {
  // V8 inlines an explicit constructor, not a default one.
  constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
    super(segment, data, pointers, pointerCount);
  }
  get number(): string {
    return this.$text(0);
  }
  set number(value: string) {
    this.$setText(0, value);
  }
  get type(): PhoneType | number {
    return this.$enum(0, PHONE_TYPES);
  }
  set type(value: PhoneType | number) {
    this.$setEnum(0, value, PhoneTypeEnum);
  }
  assign(value: PhoneInit): this {
    if (value.number !== undefined) this.number = value.number;
    if (value.type !== undefined) this.type = value.type;
    return this;
  }
}

export const Phone = structType<PhoneReader, PhoneBuilder, PhoneInit | PhoneReader | PhoneBuilder, PhoneInit>({
  id: 0x814e90b29c9e8ad0n,
  name: "Person.PhoneNumber",
  dataWords: 1,
  pointerCount: 1,
  Reader: PhoneReader,
  Builder: PhoneBuilder,
  assign: (builder, value) => builder.assign(value),
  toPlain: ({ number, type }) => ({ number, type }),
});
const PhoneList = listOf(Phone);

export const EMPLOYMENT = ["unemployed", "employer", "school", "selfEmployed"] as const;
export type EmploymentInit = { unemployed: null } | { employer: string } | { school: string } | { selfEmployed: null };

export class EmploymentReader extends StructReader {
  // V8 inlines an explicit constructor, not a default one.
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
  get which(): (typeof EMPLOYMENT)[number] | number {
    return this.$which(4, EMPLOYMENT);
  }
  get employer(): string {
    this.$expect(4, 1, "employer");
    return this.$text(3);
  }
  get school(): string {
    this.$expect(4, 2, "school");
    return this.$text(3);
  }
}

export class EmploymentBuilder extends StructBuilder {
  // V8 inlines an explicit constructor, not a default one.
  constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
    super(segment, data, pointers, pointerCount);
  }
  get which(): (typeof EMPLOYMENT)[number] | number {
    return this.$which(4, EMPLOYMENT);
  }
  set unemployed(_value: null) {
    this.$setUint16(4, 0);
  }
  get employer(): string {
    this.$expect(4, 1, "employer");
    return this.$text(3);
  }
  set employer(value: string) {
    this.$setUint16(4, 1);
    this.$setText(3, value);
  }
  get school(): string {
    this.$expect(4, 2, "school");
    return this.$text(3);
  }
  set school(value: string) {
    this.$setUint16(4, 2);
    this.$setText(3, value);
  }
  set selfEmployed(_value: null) {
    this.$setUint16(4, 3);
  }
  assign(value: EmploymentInit): this {
    if ("employer" in value) this.employer = value.employer;
    else if ("school" in value) this.school = value.school;
    else if ("selfEmployed" in value) this.selfEmployed = null;
    else this.unemployed = null;
    return this;
  }
}

export interface PersonInit {
  id?: number;
  name?: string;
  email?: string;
  phones?: ListInit<PhoneInit>;
  employment?: EmploymentInit;
}

export class PersonReader extends StructReader {
  // V8 inlines an explicit constructor, not a default one.
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
  get id(): number {
    return this.$uint32(0);
  }
  get name(): string {
    return this.$text(0);
  }
  get email(): string {
    return this.$text(1);
  }
  get phones(): ListReader<PhoneReader> {
    return this.$read(2, PhoneList);
  }
  get employment(): EmploymentReader {
    return this.$group(EmploymentReader);
  }
}

export class PersonBuilder extends StructBuilder {
  // V8 inlines an explicit constructor, not a default one.
  constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
    super(segment, data, pointers, pointerCount);
  }
  get id(): number {
    return this.$uint32(0);
  }
  set id(value: number) {
    this.$setUint32(0, value);
  }
  get name(): string {
    return this.$text(0);
  }
  set name(value: string) {
    this.$setText(0, value);
  }
  get email(): string {
    return this.$text(1);
  }
  set email(value: string) {
    this.$setText(1, value);
  }
  get phones(): ListBuilder<PhoneBuilder, PhoneInit | PhoneReader | PhoneBuilder> {
    return this.$get(2, PhoneList);
  }
  set phones(value: ListInit<PhoneInit>) {
    this.$set(2, PhoneList, value);
  }
  initPhones(count: number): ListBuilder<PhoneBuilder, PhoneInit | PhoneReader | PhoneBuilder> {
    return this.$init(2, PhoneList, count);
  }
  get employment(): EmploymentBuilder {
    return this.$group(EmploymentBuilder);
  }
  assign(value: PersonInit): this {
    if (value.id !== undefined) this.id = value.id;
    if (value.name !== undefined) this.name = value.name;
    if (value.email !== undefined) this.email = value.email;
    if (value.phones !== undefined) this.phones = value.phones;
    if (value.employment !== undefined) this.employment.assign(value.employment);
    return this;
  }
}

export const Person = structType<PersonReader, PersonBuilder, PersonInit | PersonReader | PersonBuilder, PersonInit>({
  id: 0x98808e9832e8bc18n,
  name: "Person",
  dataWords: 1,
  pointerCount: 4,
  Reader: PersonReader,
  Builder: PersonBuilder,
  assign: (builder, value) => builder.assign(value),
  toPlain: (person) => {
    const { which } = person.employment;
    return {
      id: person.id,
      name: person.name,
      email: person.email,
      phones: person.phones.map((phone) => Phone.toPlain(phone)),
      employment:
        which === "employer"
          ? { employer: person.employment.employer }
          : which === "school"
            ? { school: person.employment.school }
            : which === "selfEmployed"
              ? { selfEmployed: null }
              : { unemployed: null },
    };
  },
});
export const PersonList = listOf(Person);

export class AddressBookReader extends StructReader {
  // V8 inlines an explicit constructor, not a default one.
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
  get people(): ListReader<PersonReader> {
    return this.$read(0, PersonList);
  }
}

export class AddressBookBuilder extends StructBuilder {
  // V8 inlines an explicit constructor, not a default one.
  constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
    super(segment, data, pointers, pointerCount);
  }
  get people(): ListBuilder<PersonBuilder, PersonInit | PersonReader | PersonBuilder> {
    return this.$get(0, PersonList);
  }
  set people(value: ListInit<PersonInit>) {
    this.$set(0, PersonList, value);
  }
  initPeople(count: number): ListBuilder<PersonBuilder, PersonInit | PersonReader | PersonBuilder> {
    return this.$init(0, PersonList, count);
  }
}

export interface AddressBookInit {
  people?: ListInit<PersonInit>;
}

export const AddressBook = structType<
  AddressBookReader,
  AddressBookBuilder,
  AddressBookInit | AddressBookReader | AddressBookBuilder,
  { people: PersonInit[] }
>({
  id: 0xf934d9b354a8a134n,
  name: "AddressBook",
  dataWords: 0,
  pointerCount: 1,
  Reader: AddressBookReader,
  Builder: AddressBookBuilder,
  assign: (builder, value) => {
    if (value.people !== undefined) builder.people = value.people as ListInit<PersonInit>;
  },
  toPlain: ({ people }) => ({ people: people.map((person) => Person.toPlain(person)) }),
});

/** `count` people with every kind of field filled; what shared benchmarks use. */
export function makePeople(count: number): Required<PersonInit>[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index * 7 + 1,
    name: `Person Number ${index} von Österreich`,
    email: `person${index}@example${index % 10}.com`,
    phones: Array.from({ length: 1 + (index % 3) }, (_, phone) => ({
      number: `+1-555-${1000 + index}-${phone}`,
      type: PHONE_TYPES[phone]!,
    })),
    employment: [
      { unemployed: null },
      { employer: `Company ${index % 20}` },
      { school: `School of ${index % 5}` },
      { selfEmployed: null },
    ][index % 4] as EmploymentInit,
  }));
}

export { Data, Text };
