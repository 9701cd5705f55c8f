/** What text says before any schema is asked: literals, names, lists and tuples, each with where it begins. */

export type Expression = { readonly at: number } & (
  | { readonly kind: "integer"; readonly magnitude: bigint; readonly isNegative: boolean }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "tuple"; readonly items: readonly TupleItem[] }
);

export interface TupleItem {
  readonly at: number;
  readonly name: string | undefined;
  readonly value: Expression;
}

/** How an expression is called in a message. */
export function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case "integer":
      return `${expression.isNegative ? "-" : ""}${expression.magnitude}`;
    case "float":
      return String(expression.value);
    case "name":
      return expression.name;
    case "string":
      return "a string";
    case "data":
      return "a data literal";
    case "list":
      return "a list";
    case "tuple":
      return "a struct";
  }
}
