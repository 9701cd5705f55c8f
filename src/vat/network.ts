/**
 * VatNetwork: who there is to talk to, and who may be introduced to whom. A connection knows one peer; a network knows
 * all of them, and is what level 3 (three-party handoff, rpc.capnp "Level 3") asks before a vat tells one peer to
 * contact another. Two vats on one link have nobody to introduce: TwoPartyNetwork always says no.
 */

/** A set of vats that can reach each other. `VatId` names one (rpc-twoparty.capnp VatId for two parties; an address and a key elsewhere). */
export interface VatNetwork<VatId> {
  /** How the other vats name this one. */
  readonly self: VatId;
  /** Whether `recipient` could reach `host` by itself if we told it how, so that a capability of `host` need not be proxied by us. */
  canIntroduce(recipient: VatId, host: VatId): boolean;
}

/** The two ends of a link without a network around it (rpc-twoparty.capnp Side). */
export type Side = "client" | "server";

/** The network of exactly two vats. */
export class TwoPartyNetwork implements VatNetwork<Side> {
  readonly self: Side;

  constructor(self: Side) {
    this.self = self;
  }

  /** The vat at the other end. */
  get peer(): Side {
    return this.self === "client" ? "server" : "client";
  }

  canIntroduce(_recipient: Side, _host: Side): boolean {
    return false;
  }
}
