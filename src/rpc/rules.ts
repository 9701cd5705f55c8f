/**
 * Rules of the protocol that can be switched off one by one, to prove that the randomised runs (test/fuzz) notice. Test knob:
 * nothing but `npm run fuzz -- --mutation` writes here, and a connection without any of these rules is broken.
 */

export const rules = {
  /** Calls that could overtake earlier ones by a shorter way wait for the echo of a Disembargo (promise-hook.ts). */
  embargo: true,
  /** What the peer was told of a capability stays where calls to it go (export.ts, pins.ts). */
  tribble: true,
  /** One path into a question has one promise (question.ts). */
  memo: true,
  /** The last reference to an import sends Release (import.ts). */
  release: true,
};
