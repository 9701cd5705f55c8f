/**
 * Rules of capabilities without a connection that can be switched off one by one, to prove that the randomised runs (test/fuzz) notice. Test
 * knob, as rpc/rules.ts: nothing but `npm run fuzz -- --mutation` and the tests write here.
 */

export const localRules = {
  /** While a streaming call runs, and those that waited for one, others wait (local.ts). */
  serial: true,
  /** A path is shortened behind the calls that have come so far (local.ts). */
  shortening: true,
  /** A revoked membrane lets nothing through (membrane.ts). */
  revocation: true,
};
