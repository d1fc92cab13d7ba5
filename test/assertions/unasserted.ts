/** The tests that pass although what they are about did not happen: none of their assertions is certain to run. */
import type {CallExpression, Node} from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import {Certainty, isFunction} from './certain.ts';
import {nodesIn, parse, type TestFile, textOf, unwrapped} from './syntax.ts';

/** A reason, in a comment before a test that asserts in another way: by its end, or by what it throws. */
const REASON = /\/\/ unasserted: \S/;

/**
 * @param texts Test files and what they import, by path from the root of the repository.
 * @returns `test/a.test.ts:12 sends nothing`, one for each test.
 */
export function unassertedTests(texts: Readonly<Record<string, string>>): string[] {
  const files = parse(texts);
  const certainty = new Certainty(files);
  return [...files.values()].flatMap(file =>
    testsIn(file)
      .filter(test => !asserts(certainty, file, test) && !REASON.test(before(file, test)))
      .map(test => `${file.path}:${lineOf(file, test)} ${titleOf(test)}`),
  );
}

const testsIn = ({root}: TestFile): CallExpression[] => nodesIn(root).filter(isTest);

const isTest = (node: Node): node is CallExpression =>
  is.isCallExpression(node) && textOf(node.expression) === 'it' && node.arguments.length > 1;

function asserts(certainty: Certainty, file: TestFile, {arguments: [, given]}: CallExpression): boolean {
  const run = unwrapped(given!);
  if (isFunction(run)) return certainty.asserts(file, run.body!);
  if (is.isIdentifier(run)) {
    const functions = certainty.functionsOf(file, run);
    return functions.length > 0 && functions.every(([other, each]) => certainty.asserts(other, each.body!));
  }
  if (!is.isCallExpression(run)) return false;
  // A function that makes the test.
  return (
    certainty.functionsOf(file, unwrapped(run.expression)).some(([other, each]) => certainty.mayAssert(other, each)) ||
    run.arguments.some(each => isFunction(each) && certainty.asserts(file, each.body!))
  );
}

/** The text between the statement before and the test. */
const before = ({root}: TestFile, test: Node): string => {
  const text = root.text.slice(0, test.getStart(root));
  return text.slice(text.trimEnd().lastIndexOf('\n'));
};

const lineOf = ({root}: TestFile, node: Node): number => root.text.slice(0, node.getStart(root)).split('\n').length;

const titleOf = ({arguments: [title]}: CallExpression): string => textOf(title!) || '…';
