/**
 * Generics at run time. A Brand is what the type parameters of a declaration are bound to; there is one for each list of types, so
 * that what is made for it (bound struct types, and classes whose `$brand` it is) is made once. The wire layer knows nothing of it.
 */

import type { AnyType } from "./faces.js";

/** Types bound to type parameters, outermost scope first. */
export interface Brand<T extends readonly AnyType[] = readonly AnyType[]> {
  readonly types: T;
  /** What was made for this brand, by what it was made from. */
  readonly $made: Map<unknown, unknown>;
}

interface BrandNode {
  brand: Brand | null;
  readonly next: WeakMap<AnyType, BrandNode>;
}

const root: BrandNode = /*@__PURE__*/ newNode();

function newNode(): BrandNode {
  return { brand: null, next: new WeakMap() };
}

/** The brand that binds `types`; the same types give the same brand. */
export function brand<const T extends readonly AnyType[]>(types: T): Brand<T> {
  let node = root;
  for (const type of types) {
    const next = node.next.get(type) ?? newNode();
    node.next.set(type, next);
    node = next;
  }
  node.brand ??= { types, $made: new Map() };
  return node.brand as Brand<T>;
}

/** The brand of a bound client. */
export function brandOf<T extends readonly AnyType[]>(client: object): Brand<T> {
  return (client as { readonly $brand: Brand<T> }).$brand;
}

/** The brand of a method with type parameters of its own, which come after those of its interface. */
export function methodBrand(outer: readonly AnyType[], types: readonly AnyType[]): Brand<never> {
  return brand([...outer, ...types]) as Brand as Brand<never>;
}

/** What `make` gives for `from` under `brand`, made once. */
export function made<T>(brand: Brand, from: unknown, make: () => T): T {
  let value = brand.$made.get(from) as T | undefined;
  if (value === undefined) {
    value = make();
    brand.$made.set(from, value);
  }
  return value;
}

/** A function of a brand that is run once for each. */
export function perBrand<F extends (brand: never) => unknown>(make: F): F {
  return ((brand: Brand) => made(brand, make, () => make(brand as never))) as unknown as F;
}
