/**
 * Which files a file uses for its types and annotations: what generated code for it must import. Imports that only serve values
 * don't count, as values are complete in the schema.
 */

import type { AnnotationUse, Declaration, Expression, ParamList } from "./ast.js";

const STREAM_SCHEMA = "/capnp/stream.capnp";

/** The paths as they are written in the file, in alphabetical order. */
export function importedPaths(file: Declaration): string[] {
  const paths = new Set<string>();
  addDeclaration(file, paths);
  return [...paths].sort((a, b) => (a < b ? -1 : 1));
}

function addDeclaration(declaration: Declaration, paths: Set<string>): void {
  switch (declaration.kind) {
    case "using":
      addExpression(declaration.target, paths);
      break;
    case "const":
    case "annotation":
    case "field":
      addExpression(declaration.type, paths);
      break;
    case "interface":
      for (const superclass of declaration.superclasses) addExpression(superclass, paths);
      break;
    case "method":
      addParams(declaration.params, paths);
      if (declaration.results !== undefined) addParams(declaration.results, paths);
      break;
  }
  addAnnotations(declaration.annotations, paths);
  for (const member of declaration.members) addDeclaration(member, paths);
}

function addParams(list: ParamList, paths: Set<string>): void {
  switch (list.kind) {
    case "named":
      for (const param of list.params) {
        addExpression(param.type, paths);
        addAnnotations(param.annotations, paths);
      }
      break;
    case "type":
      addExpression(list.type, paths);
      break;
    case "stream":
      paths.add(STREAM_SCHEMA);
      break;
  }
}

function addAnnotations(uses: readonly AnnotationUse[], paths: Set<string>): void {
  for (const use of uses) addExpression(use.name, paths);
}

function addExpression(expression: Expression, paths: Set<string>): void {
  switch (expression.kind) {
    case "import":
      paths.add(expression.path.text);
      break;
    case "member":
      addExpression(expression.parent, paths);
      break;
    case "application":
      addExpression(expression.callee, paths);
      for (const item of expression.items) addExpression(item.value, paths);
      break;
    case "list":
      for (const item of expression.items) addExpression(item, paths);
      break;
    case "tuple":
      for (const item of expression.items) addExpression(item.value, paths);
      break;
  }
}
