/**
 * Branded ids. Every id in rpc.capnp lives in a space owned by one side; the brand says which, so that a question id read
 * from an incoming message (our AnswerId) cannot be looked up among our questions: it does not compile.
 * The flip happens in one place, where connection.ts dispatches an incoming message.
 */

declare const space: unique symbol;
type Id<Space extends string> = number & { readonly [space]: Space };

/** A call we made. */
export type QuestionId = Id<"question">;
/** A call the peer made: their QuestionId. */
export type AnswerId = Id<"answer">;
/** An object the peer hosts: their ExportId. */
export type ImportId = Id<"import">;
/** An object we host. */
export type ExportId = Id<"export">;
/** A disembargo we sent and wait for. */
export type EmbargoId = Id<"embargo">;

/** First id of the range for questions no Return is expected for (rpc.capnp Call.onlyPromisePipeline, Provide). */
export const FIRST_NO_RETURN_ID = 0x8000_0000;
