/** Tests a rule with its own examples, under mocha, vitest, node:test or any runner with `describe` and `it`. */

import type {Config} from './config.ts';
import {deepEqual, equal} from './equal.ts';
import type {Finding} from './finding.ts';
import {fixText} from './fix.ts';
import {lintText} from './lint.ts';
import type {BadExample, GoodExample, Rule} from './rule.ts';
import {rules as builtIn} from './rules/index.ts';
import {Lines} from './source/lines.ts';

/** The functions of a test framework, such as mocha or `node:test`. */
export interface TestRunner {
  /** Defines a suite. */
  readonly describe: (title: string, define: () => void) => unknown;
  /** Defines a test. */
  readonly it: (title: string, run: () => Promise<void>) => unknown;
}

/**
 * Defines a test for each example of a rule.
 *
 * A bad example gives exactly its listed findings, at their places. Its fixes give exactly its `fixed` text, in which the rule finds
 * nothing more to fix; safe fixes alone give that text if `Rule.fix` is safe, and change nothing if it is unsafe. A good example gives no
 * findings.
 *
 * @example
 * new RuleTester({describe, it}).run(rule);
 */
export class RuleTester {
  readonly #runner: TestRunner;

  /**
   * @param runner Default: the global functions `describe` and `it`.
   * @throws TypeError without a runner, if there are no such functions.
   */
  constructor(runner: TestRunner = globalRunner()) {
    this.#runner = runner;
  }

  /** @throws TypeError for a rule without documentation. */
  run(rule: Rule): void {
    const {describe, it} = this.#runner;
    if (rule.documentation === undefined) throw new TypeError(`Rule ${rule.code} has no documentation with examples.`);
    const {bad, good} = rule.documentation();
    describe(`${rule.code} ${rule.name}`, () => {
      for (const example of bad) it(`finds: ${example.name}`, () => checkBad(rule, example));
      for (const example of good) it(`leaves alone: ${example.name}`, () => checkGood(rule, example));
    });
  }
}

function globalRunner(): TestRunner {
  const runner: object = globalThis;
  if (isRunner(runner)) return runner;
  throw new TypeError('RuleTester found no global describe() and it(). Pass them: new RuleTester({describe, it}).');
}

const isRunner = (runner: object): runner is TestRunner =>
  'describe' in runner && typeof runner.describe === 'function' && 'it' in runner && typeof runner.it === 'function';

async function checkBad(rule: Rule, example: BadExample): Promise<void> {
  const request = requestOf(rule, example);
  const lines = new Lines(example.text);
  const findings = ofRule(rule, (await lintText(request)).findings);
  const found = findings.map(({message, range, severity}) => {
    const start = lines.startOf(range.start.line) + range.start.column - 1;
    const end = lines.startOf(range.end.line) + range.end.column - 1;
    const at = `${range.start.line}:${range.start.column}`;
    return {message, at, marks: example.text.slice(start, end), severity};
  });
  deepEqual(
    found,
    example.findings.map(finding => ({severity: rule.severity, ...finding})),
    'the findings',
  );
  if (rule.fix === undefined && findings.some(({fix}) => fix !== undefined))
    throw new TypeError(`Rule ${rule.code} has a fix, but no fix safety. Set fix to "safe" or "unsafe".`);
  const safely = await fixText(request);
  const safe = rule.fix === 'safe' ? (example.fixed ?? example.text) : example.text;
  equal(safely.text, safe, 'the text after the safe fixes');
  const {text, report} = await fixText(request, {unsafe: rule.fix === 'unsafe'});
  const left = ofRule(rule, report.findings);
  equal(text, example.fixed ?? example.text, 'the text after all fixes');
  equal(left.filter(({fix}) => fix !== undefined).length, 0, 'what is left to fix');
  if (example.fixed === undefined) return;
  equal(left.length, findings.filter(({fix}) => fix === undefined).length, 'what the fixes left');
}

async function checkGood(rule: Rule, example: GoodExample): Promise<void> {
  const findings = ofRule(rule, (await lintText(requestOf(rule, example))).findings);
  deepEqual(
    findings.map(({message}) => message),
    [],
    'the findings',
  );
}

const ofRule = ({code}: Rule, findings: readonly Finding[]): Finding[] =>
  findings.filter(finding => finding.code === code);

/** A request that enables only the tested rule. */
function requestOf(rule: Rule, {text, path = 'policy.jsonc', files}: GoodExample) {
  // Intrinsic rules may report about other rules, so those stay on.
  const others = rule.intrinsic
    ? []
    : builtIn.filter(({code}) => code !== rule.code).map(({code}) => [code, 'off'] as const);
  const isOurs = builtIn.some(({code}) => code === rule.code);
  const config: Config = {
    rules: {...Object.fromEntries(others), ...(rule.strict ? {[rule.code]: rule.severity} : {})},
    ...(isOurs ? {} : {extraRules: [rule]}),
  };
  return {path, files: {...files, [path]: text}, config};
}
