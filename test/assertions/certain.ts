/**
 * Whether running code is certain to reach an assertion. Code is certain to run unless it stands in a branch, in a catch clause, in a loop
 * over a list that may be empty, or in a function that may not be called.
 */
import type {CallExpression, Expression, FunctionLikeDeclaration, Node} from 'typescript/unstable/ast';
import {SyntaxKind} from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import {childrenOf, nodesIn, type TestFile, textOf, unwrapped} from './syntax.ts';

type Hit = (node: Node) => boolean;

/** What calls the functions that it is given: fast-check, a clock, OpenTelemetry, promises. */
const RUNNERS: ReadonlySet<string> = new Set([
  'assert',
  'property',
  'asyncProperty',
  'run',
  'with',
  'startActiveSpan',
  'then',
  'finally',
]);
/** What calls its function for each element of a list. */
const EACH: ReadonlySet<string> = new Set(['forEach', 'map', 'flatMap', 'every', 'some', 'reduce', 'filter']);
/** What makes a list of at least one element of another one. */
const KEEPS: ReadonlySet<string> = new Set([
  'entries',
  'keys',
  'values',
  'map',
  'concat',
  'reverse',
  'toReversed',
  'sort',
  'toSorted',
  'fill',
]);

export class Certainty {
  readonly #files: ReadonlyMap<string, TestFile>;
  readonly #methods = new Map<string, (readonly [TestFile, FunctionLikeDeclaration])[]>();
  readonly #known = new Map<Node, boolean>();

  constructor(files: ReadonlyMap<string, TestFile>) {
    this.#files = files;
    for (const file of files.values())
      for (const [name, functions] of file.functions)
        for (const each of functions) this.#methods.set(name, [...(this.#methods.get(name) ?? []), [file, each]]);
  }

  /** Whether code that runs the node runs an assertion. */
  asserts(file: TestFile, node: Node): boolean {
    return this.#surely(
      file,
      node,
      each => isAssertion(each) || (is.isCallExpression(each) && this.#calls(file, each)),
    );
  }

  /** Whether there is an assertion anywhere in the function, or in a function that it calls. */
  mayAssert(file: TestFile, node: Node): boolean {
    return nodesIn(node).some(each => isAssertion(each) || (is.isCallExpression(each) && this.#calls(file, each)));
  }

  /** The functions that a call may stand for. */
  functionsOf(file: TestFile, callee: Expression): readonly (readonly [TestFile, FunctionLikeDeclaration])[] {
    if (is.isPropertyAccessExpression(callee)) return this.#methods.get(callee.name.text) ?? [];
    if (!is.isIdentifier(callee)) return [];
    const own = file.functions.get(callee.text);
    if (own !== undefined) return own.map(each => [file, each] as const);
    const imported = file.imports.get(callee.text);
    const other = imported && this.#files.get(imported.path);
    return other?.functions.get(imported!.name)?.map(each => [other, each] as const) ?? [];
  }

  /** Whether the call is of a function that surely asserts. */
  #calls(file: TestFile, {expression}: CallExpression): boolean {
    const functions = this.functionsOf(file, unwrapped(expression));
    return (
      functions.length > 0 &&
      functions.every(([other, each]) => this.#once(each, () => this.asserts(other, each.body!)))
    );
  }

  #surely(file: TestFile, node: Node, hit: Hit): boolean {
    const surely = (each: Node | undefined): boolean => each !== undefined && this.#surely(file, each, hit);
    if (isFunction(node) || is.isClassDeclaration(node) || is.isClassExpression(node)) return false;
    if (hit(node)) return true;
    if (is.isIfStatement(node))
      return (
        surely(node.expression) ||
        nodesIn(node.thenStatement).some(isFailure) ||
        (surely(node.thenStatement) && surely(node.elseStatement))
      );
    if (is.isConditionalExpression(node))
      return surely(node.condition) || (surely(node.whenTrue) && surely(node.whenFalse));
    if (is.isBinaryExpression(node) && SHORT_CIRCUITS.has(node.operatorToken.kind)) return surely(node.left);
    if (is.isTryStatement(node)) return surely(node.tryBlock) || surely(node.finallyBlock);
    if (is.isSwitchStatement(node)) return surely(node.expression);
    if (is.isWhileStatement(node)) return surely(node.expression);
    if (is.isForOfStatement(node))
      return surely(node.expression) || (this.#isFilled(file, node.expression) && surely(node.statement));
    if (is.isForInStatement(node))
      return surely(node.expression) || (this.#isFilled(file, node.expression) && surely(node.statement));
    if (is.isForStatement(node))
      return surely(node.initializer) || (this.#isCounted(file, node.condition) && surely(node.statement));
    if (is.isCallExpression(node) && PROPERTIES.has(calledName(node)) && this.#isProperty(file, node)) return true;
    if (is.isCallExpression(node) || is.isNewExpression(node))
      return childrenOf(node).some((each, index) =>
        surely(isFunction(each) && this.#runs(file, node, index) ? each.body : each),
      );
    return childrenOf(node).some(surely);
  }

  /** A property of fast-check that can fail: it is false, or a function of another name asserts. */
  #isProperty(file: TestFile, {arguments: values}: CallExpression): boolean {
    const last = values.at(-1)!;
    // Wrapped where cases take turns: test/support/turns.ts.
    const holds = is.isCallExpression(last) && calledName(last) === 'whenInTurn' ? last.arguments[0]! : last;
    // It runs often, with lists and branches of every kind.
    if (isFunction(holds)) return returnsTruth(holds) || this.mayAssert(file, holds);
    return this.functionsOf(file, holds).some(([other, each]) => returnsTruth(each) || this.asserts(other, each.body!));
  }

  /** Whether the call runs the function that is its child at this index. */
  #runs(file: TestFile, node: Node & {readonly expression: Expression}, index: number): boolean {
    const callee = unwrapped(node.expression);
    if (is.isNewExpression(node)) return textOf(callee) === 'Promise';
    if (isFunction(callee)) return index === 0;
    if (is.isPropertyAccessExpression(callee)) {
      const {text: name} = callee.name;
      if (RUNNERS.has(name)) return true;
      if (EACH.has(name)) return this.#isFilled(file, callee.expression);
      if (name === 'from') return true; // Array.from({length}, make)
    }
    const functions = this.functionsOf(file, callee);
    return functions.length > 0 && functions.every(([other, each]) => this.#runsParameter(other, each, index - 1));
  }

  #runsParameter(file: TestFile, node: FunctionLikeDeclaration, index: number): boolean {
    const parameter = node.parameters[index];
    if (parameter === undefined || node.body === undefined) return false;
    const {body} = node;
    const name = textOf(parameter.name);
    return this.#once(parameter, () =>
      this.#surely(
        file,
        body,
        each =>
          is.isCallExpression(each) &&
          (textOf(unwrapped(each.expression)) === name ||
            each.arguments.some((argument, at) => textOf(argument) === name && this.#runs(file, each, at + 1))),
      ),
    );
  }

  /** False while it is being found out, for functions that call themselves. */
  #once(node: Node, find: () => boolean): boolean {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    this.#known.set(node, false);
    const found = find();
    this.#known.set(node, found);
    return found;
  }

  /** Whether the list surely has an element. */
  #isFilled(file: TestFile, list: Expression): boolean {
    const node = unwrapped(list);
    const isFilled = (each: Expression): boolean => this.#isFilled(file, each);
    if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node)) return node.text !== '';
    if (is.isArrayLiteralExpression(node))
      return node.elements.some(each => !is.isSpreadElement(each) || isFilled(each.expression));
    if (is.isObjectLiteralExpression(node)) return node.properties.some(each => !is.isSpreadAssignment(each));
    if (is.isIdentifier(node)) {
      const values = this.#valuesOf(file, node.text);
      return values.length > 0 && values.every(([other, value]) => this.#isFilled(other, value));
    }
    if (is.isNewExpression(node)) return node.arguments?.[0] !== undefined && isFilled(node.arguments[0]);
    if (!is.isCallExpression(node) || !is.isPropertyAccessExpression(node.expression)) return false;
    const {name, expression} = node.expression;
    if (textOf(expression) === 'Object') return node.arguments[0] !== undefined && isFilled(node.arguments[0]);
    if (textOf(expression) === 'Array') return node.arguments[0] !== undefined && isFilled(node.arguments[0]);
    return name.text === 'split' || (KEEPS.has(name.text) && isFilled(expression));
  }

  /** Whether the loop runs once: up to a number, or through the indexes of a list that has an element. */
  #isCounted(file: TestFile, condition: Node | undefined): boolean {
    if (condition === undefined || !is.isBinaryExpression(condition)) return false;
    const {operatorToken, right} = condition;
    if (is.isNumericLiteral(right) || operatorToken.kind === SyntaxKind.LessThanEqualsToken) return true;
    if (is.isIdentifier(right)) return this.#valuesOf(file, right.text).some(([, value]) => is.isNumericLiteral(value));
    return (
      is.isPropertyAccessExpression(right) && right.name.text === 'length' && this.#isFilled(file, right.expression)
    );
  }

  #valuesOf(file: TestFile, name: string): readonly (readonly [TestFile, Expression])[] {
    const own = file.constants.get(name);
    if (own !== undefined) return own.map(each => [file, each] as const);
    const imported = file.imports.get(name);
    const other = imported && this.#files.get(imported.path);
    return other?.constants.get(imported!.name)?.map(each => [other, each] as const) ?? [];
  }
}

const PROPERTIES: ReadonlySet<string> = new Set(['property', 'asyncProperty']);

const calledName = ({expression}: CallExpression): string =>
  is.isPropertyAccessExpression(expression) ? expression.name.text : textOf(expression);

const SHORT_CIRCUITS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
]);

export const isFunction = (node: Node): node is FunctionLikeDeclaration =>
  is.isArrowFunction(node) ||
  is.isFunctionExpression(node) ||
  is.isFunctionDeclaration(node) ||
  is.isMethodDeclaration(node) ||
  is.isGetAccessorDeclaration(node) ||
  is.isSetAccessorDeclaration(node);

/** `expect(…).to…`, `assert(…)`, `assert.equal(…)`, or the wait of a browser test for an element. A lone `expect(…)` asserts nothing. */
function isAssertion(node: Node): boolean {
  if (is.isPropertyAccessExpression(node)) {
    const {expression, name} = node;
    if (name.text === 'waitFor') return true;
    if (is.isCallExpression(expression)) return textOf(expression.expression) === 'expect';
    return ['expect', 'assert'].includes(textOf(expression));
  }
  return is.isCallExpression(node) && textOf(node.expression) === 'assert';
}

/** What fails the test in a branch that is not taken if all is well. */
const isFailure = (node: Node): boolean =>
  is.isThrowStatement(node) || (is.isPropertyAccessExpression(node) && node.name.text === 'fail');

/** Properties of fast-check that are false where they do not hold. */
const returnsTruth = (node: Node): boolean =>
  isFunction(node) &&
  (!is.isBlock(node.body!) ||
    nodesIn(node.body!).some(each => is.isReturnStatement(each) && each.expression !== undefined));
