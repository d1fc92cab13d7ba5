/** Parses test files, and finds the functions, constants and imports that their names stand for. */
import {posix} from 'node:path';
import type {Expression, FunctionLikeDeclaration, Node, SourceFile} from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import {createVirtualFileSystem} from 'typescript/unstable/fs';
import {API} from 'typescript/unstable/sync';

const ROOT = '/tests';
const CONFIG = `${ROOT}/tsconfig.json`;
/** No types are needed, so nothing is resolved. */
const OPTIONS = {noResolve: true, noLib: true, types: [], noEmit: true, allowImportingTsExtensions: true};

export interface TestFile {
  readonly path: string;
  readonly root: SourceFile;
  /** Functions by name, in whatever scope. */
  readonly functions: ReadonlyMap<string, readonly FunctionLikeDeclaration[]>;
  /** The initial values of constants by name, in whatever scope. */
  readonly constants: ReadonlyMap<string, readonly Expression[]>;
  /** Of each imported name: the path of the file it comes from, and its name there. */
  readonly imports: ReadonlyMap<string, {readonly path: string; readonly name: string}>;
}

/** @param texts By path from the root of the repository. */
export function parse(texts: Readonly<Record<string, string>>): Map<string, TestFile> {
  const paths = Object.keys(texts);
  const files = Object.fromEntries(paths.map(path => [`${ROOT}/${path}`, texts[path]!]));
  const config = JSON.stringify({compilerOptions: OPTIONS, files: paths});
  const api = new API({cwd: ROOT, fs: createVirtualFileSystem({...files, [CONFIG]: config})});
  try {
    const {program} = api.updateSnapshot({openProjects: [CONFIG]}).getProject(CONFIG)!;
    return new Map(paths.map(path => [path, read(path, program.getSourceFile(`${ROOT}/${path}`)!)]));
  } finally {
    api.close();
  }
}

function read(path: string, root: SourceFile): TestFile {
  const functions = new Map<string, FunctionLikeDeclaration[]>();
  const constants = new Map<string, Expression[]>();
  const imports = new Map<string, {path: string; name: string}>();
  for (const node of nodesIn(root)) {
    if (is.isImportDeclaration(node)) {
      const from = posix.join(posix.dirname(path), textOf(node.moduleSpecifier));
      const named = node.importClause?.namedBindings;
      if (named !== undefined && is.isNamedImports(named))
        for (const {name, propertyName} of named.elements)
          imports.set(name.text, {path: from, name: textOf(propertyName ?? name)});
    } else if ((is.isFunctionDeclaration(node) || is.isMethodDeclaration(node)) && node.body !== undefined) {
      if (node.name !== undefined) add(functions, textOf(node.name), node);
    } else if (
      (is.isVariableDeclaration(node) || is.isPropertyDeclaration(node) || is.isPropertyAssignment(node)) &&
      node.initializer !== undefined
    ) {
      const value = unwrapped(node.initializer);
      if (is.isArrowFunction(value) || is.isFunctionExpression(value)) add(functions, textOf(node.name), value);
      else if (is.isVariableDeclaration(node)) add(constants, textOf(node.name), value);
    }
  }
  return {path, root, functions, constants, imports};
}

function add<T>(map: Map<string, T[]>, name: string, value: T): void {
  map.set(name, [...(map.get(name) ?? []), value]);
}

/** The node and all below it, depth first. */
export function nodesIn(node: Node, found: Node[] = []): Node[] {
  found.push(node);
  node.forEachChild(child => {
    nodesIn(child, found);
  });
  return found;
}

export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  node.forEachChild(child => {
    children.push(child);
  });
  return children;
}

export const textOf = (node: Node): string => (node as Node & {readonly text?: string}).text ?? '';

/** Without parentheses, type assertions, `!` and `await`. */
export function unwrapped(node: Expression): Expression {
  return is.isParenthesizedExpression(node) ||
    is.isAsExpression(node) ||
    is.isSatisfiesExpression(node) ||
    is.isNonNullExpression(node) ||
    is.isAwaitExpression(node)
    ? unwrapped(node.expression)
    : node;
}
