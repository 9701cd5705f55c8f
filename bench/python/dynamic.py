"""pycapnp on the dynamic benches: the work of ../dynamic/work.ts. Usage: dynamic.py <path of bench.capnp>"""

import sys

import capnp

from sampling import serve

CONTACTS = 100
GIVEN_NAMES = ["Zoë", "Jürgen", "Amélie", "Søren", "Inês", "Łukasz", "Małgorzata"]
DOMAINS = ["example.org", "mail.example.com", "example.net"]
PHONE_KINDS = {"mobile": 0, "home": 1, "office": 2}
KIND_NAMES = list(PHONE_KINDS)
CONTACT_NAMES = ["id", "name", "email", "phones", "work"]
PHONE_NAMES = ["number", "kind"]


def make_work(i):
    if i % 4 == 1:
        return {"company": f"Works No. {i % 25}"}
    if i % 4 == 2:
        return {"university": f"University of Town {i % 9}"}
    return {"freelance": None} if i % 4 == 3 else {"none": None}


def make_contacts(count):
    """The contacts of ../codec/content.ts."""
    return [
        {
            "id": i * 31 + 5,
            "name": f"{GIVEN_NAMES[i % 7]} Sample the {i}th",
            "email": f"sample.{i}@{DOMAINS[i % 3]}",
            "phones": [{"number": f"+49 30 {5550000 + i * 3 + j}", "kind": KIND_NAMES[j]} for j in range(1 + i % 3)],
            "work": make_work(i),
        }
        for i in range(count)
    ]


def touch(text):
    return len(text) + ord(text[0]) if text else 0


def sum_of_attributes(book):
    total = 0
    for contact in book.contacts:
        total += contact.id + touch(contact.name) + touch(contact.email)
        for phone in contact.phones:
            total += touch(phone.number) + phone.kind.raw
        work = contact.work
        which = work.which()
        if which == "company":
            total += touch(work.company)
        elif which == "university":
            total += touch(work.university)
        elif which == "freelance":
            total += 3
    return total


def sum_of_names(book):
    total = 0
    for contact in getattr(book, "contacts"):
        for name in CONTACT_NAMES:
            value = getattr(contact, name)
            if name == "id":
                total += value
            elif name == "phones":
                for phone in value:
                    for of_phone in PHONE_NAMES:
                        each = getattr(phone, of_phone)
                        total += each.raw if of_phone == "kind" else touch(each)
            elif name == "work":
                which = str(value.which())
                member = getattr(value, which)
                total += touch(member) if isinstance(member, str) else 3 if which == "freelance" else 0
            else:
                total += touch(value)
    return total


def sum_of_objects(book):
    total = 0
    for contact in book["contacts"]:
        total += contact["id"] + touch(contact["name"]) + touch(contact["email"])
        for phone in contact["phones"]:
            total += touch(phone["number"]) + PHONE_KINDS[phone["kind"]]
        work = contact["work"]
        if "company" in work:
            total += touch(work["company"])
        elif "university" in work:
            total += touch(work["university"])
        elif "freelance" in work:
            total += 3
    return total


def main():
    address_book = capnp.load(sys.argv[1]).AddressBook
    contacts = make_contacts(CONTACTS)

    def from_object():
        return address_book.new_message(contacts=contacts).to_bytes()

    def build():
        book = address_book.new_message()
        contact_list = book.init("contacts", len(contacts))
        for to, source in zip(contact_list, contacts):
            to.id = source["id"]
            to.name = source["name"]
            to.email = source["email"]
            phones = to.init("phones", len(source["phones"]))
            for phone, source_phone in zip(phones, source["phones"]):
                phone.number = source_phone["number"]
                phone.kind = source_phone["kind"]
            work = to.work
            for name, value in source["work"].items():
                setattr(work, name, value)
        return book.to_bytes()

    data = from_object()

    def decoding(total):
        def run():
            with address_book.from_bytes(data) as book:
                return total(book)

        return run, run

    def to_object():
        with address_book.from_bytes(data) as book:
            return book.to_dict()

    def sum_of_bytes(encoded):
        with address_book.from_bytes(encoded) as book:
            return sum_of_attributes(book)

    serve(
        {
            "dynamic-read": decoding(sum_of_attributes),
            "dynamic-get": decoding(sum_of_names),
            "dynamic-build": (build, lambda: sum_of_bytes(build())),
            "dynamic-to-object": (to_object, lambda: sum_of_objects(to_object())),
            "dynamic-from-object": (from_object, lambda: sum_of_bytes(from_object())),
        }
    )


main()
