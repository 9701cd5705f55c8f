/** We read what pycapnp writes: it builds messages from our plain objects, and packs them to the bytes that we pack them to. */

import { DynamicTypes } from "capwire/dynamic";
import type { StructSchema } from "capwire/schema";
import { encodeMessage, messagesIn, readMessage } from "capwire/streams";
import { AnyStruct, canonicalize, equals, MessageReader } from "capwire/wire";
import { expect, it } from "vitest";
import { askGood, describeWithPycapnp, type Form, fromBase64 } from "./python.js";
import { SAMPLES, type Samples, taggedMessage } from "./samples.js";
import { plainStruct, type Tagged } from "./tagged.js";

function canonical(message: MessageReader): string {
  return Buffer.from(canonicalize(message.getRoot(AnyStruct))).toString("hex");
}

/** What pycapnp is given. Not `Defaults.point`: from_dict changes a copy of the default instead of setting a new struct, as we do. */
function given({ struct, messages }: Samples): Tagged[] {
  return messages.map((message) => {
    const value = taggedMessage(struct, message);
    if (struct.name !== "Defaults" || !Array.isArray(value) || value[0] !== "struct") return value;
    const { point, ...others } = value[1];
    return ["struct", others];
  });
}

/** The messages that we make of the same values. */
function built(struct: StructSchema, values: readonly Tagged[]): MessageReader[] {
  const type = DynamicTypes.of(struct.loader).struct(struct);
  return values.map((value) => type.fromObject(plainStruct(struct, value)).$segment.message.asReader());
}

describeWithPycapnp("we read what pycapnp writes:", () => {
  for (const samples of SAMPLES) {
    const { title, schema, type, struct } = samples;
    const values = given(samples);
    const ours = built(struct, values);

    it(`${title}, unpacked and packed, in memory and in files`, async () => {
      const forms: readonly Form[] = ["binary", "packed", "binary file", "packed file"];
      const answers = askGood(forms.map((form) => ({ do: "build", schema, type, form, values })));
      for (const [index, form] of forms.entries()) {
        const format = form.startsWith("binary") ? "binary" : "packed";
        const read = [...messagesIn(fromBase64(answers[index]!.bytes), { format })];
        expect(
          read.map((message) => taggedMessage(struct, message)),
          form,
        ).toEqual(values);
        expect(read.map(canonical), form).toEqual(ours.map(canonical));
      }
      // The same segments packed to the same bytes.
      const unpacked = [...messagesIn(fromBase64(answers[0]!.bytes))];
      const packed = Buffer.concat(unpacked.map((message) => encodeMessage(message, "packed")));
      expect(packed.toString("hex")).toBe(Buffer.from(answers[1]!.bytes!, "base64").toString("hex"));
    });

    it(`${title}, as segments small and large`, async () => {
      const sizes = [1, 5, 1000];
      const build = { do: "build", schema, type } as const;
      const answers = askGood(
        values.flatMap((value, index) => {
          const firstSegmentWords = sizes[index % sizes.length]!;
          return [
            { ...build, form: "segments", values: [value], firstSegmentWords } as const,
            { ...build, form: "packed", values: [value], firstSegmentWords } as const,
          ];
        }),
      );
      for (const [index, message] of ours.entries()) {
        const segments = new MessageReader(answers[2 * index]!.segments!.map(fromBase64));
        expect(equals(segments.root, message.root)).toBe("equal");
        expect(taggedMessage(struct, segments)).toEqual(values[index]);
        const packed = await readMessage(fromBase64(answers[2 * index + 1]!.bytes), { format: "packed" });
        expect(canonical(packed!)).toBe(canonical(message));
      }
    });
  }
});
