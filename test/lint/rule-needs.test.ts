/** A rule is not run on a policy that sets none of the fields that it needs. So it must have nothing to report there. */

import {expect} from 'chai';
import fc from 'fast-check';
import {checksOf, lastingCode} from '../../lint/check-of.ts';
import {type Model, modelOf} from '../../lint/model/model.ts';
import {draftsOf} from '../../lint/report/drafts.ts';
import type {Check, Rule} from '../../lint/rule.ts';
import {rules} from '../../lint/rules/index.ts';
import {shapeOf} from '../../lint/shape/shape.ts';
import {readerOf} from '../../lint/source/files.ts';
import {readSource} from '../../lint/source/read.ts';
import {documentsOf} from '../../lint/source/unit.ts';
import {presets} from '../../src/policy/presets.ts';
import {runs} from '../support/runs.ts';
import {wildBase, wildPolicy} from './support/wild-policies.ts';

type Settings = Readonly<Record<string, unknown>>;

const path = 'p.json';

async function modelFor(policy: Settings, base: Settings): Promise<Model> {
  const files = {[path]: JSON.stringify(policy), 'base.json': JSON.stringify(base)};
  const [unit] = documentsOf(await readSource(path, files[path]));
  return modelOf(shapeOf(unit!), readerOf({files}));
}

/** A policy without some fields, at its top and in its routes. */
function without(policy: Settings, names: readonly string[]): Settings {
  const kept = Object.entries(policy).filter(([name]) => !names.includes(name));
  const routes = policy.routes as readonly Settings[] | undefined;
  return {
    ...Object.fromEntries(kept),
    ...(routes === undefined || names.includes('routes') ? {} : {routes: routes.map(route => without(route, names))}),
  };
}

/** The findings of a rule without the check of its needs. */
const withoutNeeds = ({needs: _, ...rule}: Check, model: Model) =>
  [...draftsOf(rule, model)].map(({draft}) => draft.message);

describe('the fields that a rule needs', () => {
  const needing = rules.flatMap(checksOf).filter(({needs}) => needs !== undefined);

  it('are set wherever the rule reports something', () =>
    fc.assert(
      fc.asyncProperty(wildPolicy, wildBase, async (policy, base) => {
        // Many rules need the same fields.
        const models = new Map<string, Model>();
        for (const rule of needing) {
          const needs = rule.needs!.join();
          const model = models.get(needs) ?? (await modelFor(without(policy, rule.needs!), without(base, rule.needs!)));
          models.set(needs, model);
          if (rule.needs!.some(field => model.written.has(field))) continue;
          expect(withoutNeeds(rule, model), lastingCode(rule)).to.deep.equal([]);
        }
      }),
      {numRuns: runs(30, 100), seed: 1},
    )).timeout(60_000);

  for (const name of Object.keys(presets)) {
    it(`are set wherever the rule reports something about ${name}`, async () => {
      const model = await modelFor({extends: [name]}, {});
      expect(needing).not.to.be.empty;
      for (const rule of needing) {
        if (rule.needs!.some(field => model.written.has(field))) continue;
        expect(withoutNeeds(rule, model), lastingCode(rule)).to.deep.equal([]);
      }
    });
  }

  it('decide whether the rule is run: in the file, in a route, in a preset or in a file that it extends', async () => {
    const rule: Rule = {...rules[0]!, fields: [], needs: ['hedge'], check: () => [{at: '', message: 'Run.'}]};
    const runs = async (policy: Settings, base: Settings = {}): Promise<boolean> =>
      [...draftsOf(rule, await modelFor(policy, base))].length > 0;
    expect(await runs({maxAttempts: 2})).to.equal(false);
    expect(await runs({hedge: null})).to.equal(true);
    expect(await runs({routes: [{match: {path: '/a'}, hedge: null}]})).to.equal(true);
    expect(await runs({extends: ['./base.json']}, {hedge: null})).to.equal(true);
    expect(await runs({extends: ['./base.json']}, {maxAttempts: 2})).to.equal(false);
  });
});
