/** Each rule declares the fields it depends on, and reads no other: what it declares is what keeps it silent about what is not known. */

import {expect} from 'chai';
import {checksOf, lastingCode} from '../../lint/check-of.ts';
import {loadDialects, policiesOf} from '../../lint/dialects/policies.ts';
import {type Model, modelOf} from '../../lint/model/model.ts';
import type {Check, Draft, GoodExample, Rule} from '../../lint/rule.ts';
import {rules} from '../../lint/rules/index.ts';
import {readerOf} from '../../lint/source/files.ts';
import {readSource} from '../../lint/source/read.ts';
import {leavesOfPolicy, leavesOfRoute} from '../options/leaves.ts';
import {pageOf} from './support/page-of.ts';
import {recordedModel} from './support/recorded-scope.ts';

/** What only a file of steadfetch has: `extends`, and notes under keys that begin with x-. */
const NATIVE_ONLY: readonly string[] = ['RL110', 'RL406'];

/** Each finding is about one field and depends on that alone, so a finding is dropped if its own field is not known. */
const ONE_BY_ONE: readonly string[] = ['RL602'];

/** Any template may decide what they report: they compare everything that a route sets. '' stands for all paths. */
const READ_ALL: readonly string[] = ['RL601', 'RL603'];

/** The paths of a policy's fields, without kinds and indexes: `backoff.stepMs`, `match.methods`. */
const known = [...leavesOfPolicy(), ...leavesOfRoute()].map(({path}) => path.replaceAll(/\([^)]*\)|\[\]/g, ''));
const isKnown = (path: string): boolean => known.some(each => each === path || each.startsWith(`${path}.`));

const checking = rules.flatMap(checksOf).filter(({check, checkFile}) => check !== undefined || checkFile !== undefined);

async function modelsOfExamples(): Promise<Model[]> {
  const models: Model[] = [];
  for (const {text, path = 'p.jsonc', files = {}} of rules.flatMap(examplesOf)) {
    const source = await readSource(path, text);
    if (source.problems.length > 0) continue;
    await loadDialects(source);
    for (const {dialect, shape} of policiesOf(source)) models.push(await modelOf(shape, readerOf({files}), dialect));
  }
  return models;
}

const examplesOf = (rule: Rule): GoodExample[] => {
  const {bad, good} = pageOf(rule);
  return [...bad, ...good];
};

const draftsOf = (rule: Check, model: Model): Draft[] => [
  ...(rule.checkFile?.(model) ?? []),
  ...model.scopes.flatMap(scope => [...(rule.check?.(scope, model.scopes) ?? [])]),
];

const isWithin = (path: string, declared: string): boolean =>
  declared === '' || path === declared || path.startsWith(`${declared}.`) || declared.startsWith(`${path}.`);

describe('the fields of a rule', () => {
  let models: readonly Model[];
  before(async () => {
    models = await modelsOfExamples();
  });

  for (const rule of checking) {
    const {fields, reads = []} = rule;
    const code = lastingCode(rule);
    if (NATIVE_ONLY.includes(code)) {
      it(`${code} runs on steadfetch’s own policies only`, () => expect(fields).to.equal(undefined));
      continue;
    }
    it(`${code} declares all that it reads`, () => {
      const read = new Set<string>();
      for (const model of models)
        draftsOf(
          rule,
          recordedModel(model, path => read.add(path)),
        );
      expect(fields, 'fields').not.to.equal(undefined);
      const declared = ONE_BY_ONE.includes(code) ? [''] : [...fields!, ...reads];
      expect([...read].filter(path => !declared.some(each => isWithin(path, each)))).to.deep.equal([]);
    });

    it(`${code} declares fields that a policy has, each once`, () => {
      const declared = [...(fields ?? []), ...reads];
      expect(declared).to.deep.equal([...new Set(declared)]);
      const own = READ_ALL.includes(code) ? declared.filter(path => path !== '') : declared;
      expect(own.filter(path => !isKnown(path))).to.deep.equal([]);
    });
  }
});
