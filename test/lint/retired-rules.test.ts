/** Rules that became part of another rule: what was written about them keeps its meaning. */

import {expect} from 'chai';
import {checksOf, formerCodeOf} from '../../lint/check-of.ts';
import type {Config} from '../../lint/config.ts';
import {settingsFor} from '../../lint/config-file/settings.ts';
import type {Acceptance} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import {retired} from '../../lint/retired.ts';
import {rules} from '../../lint/rules/index.ts';

/** Findings of RL201, of which one was RL202. */
const policies = {
  many: '{"maxAttempts": 9, "deadlineMs": 5000}',
  unlimited: '{"maxAttempts": "unlimited", "deadlineMs": 5000}',
};

async function found(text: string, config: Config = {}): Promise<string[]> {
  const {findings} = await lintText({path: 'p.jsonc', files: {'p.jsonc': text}, config});
  return findings.flatMap(({code, severity}) => (/^RL(?:201|60[45])$/.test(code) ? [`${code} ${severity}`] : []));
}

describe('a retired rule', () => {
  it('has a check in the rule that it became, and its code and name are no other rule’s', () => {
    for (const {code, name, now} of retired) {
      const rule = rules.find(each => each.code === now);
      expect(rule, now).to.not.equal(undefined);
      if (code !== now) expect(checksOf(rule!).map(formerCodeOf), now).to.include(code);
      expect(rules.filter(each => each.name === name || (each.code === code && code !== now))).to.deep.equal([]);
    }
    const codes = rules.flatMap(({also = []}) => also.map(({formerly}) => formerly));
    expect(codes).to.have.members(retired.filter(({code, now}) => code !== now).map(({code}) => code));
  });

  for (const name of ['RL202', 'rl202', 'no-excessive-attempts']) {
    it(`is switched off by ${name}, and the rest of the rule is not`, async () => {
      const config: Config = {rules: {[name]: 'off'}};
      expect(await found(policies.many, config)).to.deep.equal([]);
      expect(await found(policies.unlimited, config)).to.deep.equal(['RL201 warning']);
    });
  }

  it('has the setting of the whole rule, unless it has its own', async () => {
    expect(await found(policies.many, {rules: {RL201: 'off'}})).to.deep.equal([]);
    expect(await found(policies.many, {rules: {RL202: 'info', RL201: 'off'}})).to.deep.equal(['RL201 info']);
    expect(await found(policies.unlimited, {rules: {RL202: 'info', RL201: 'off'}})).to.deep.equal([]);
    expect(await found(policies.many, {rules: {'no-unbounded-retries': 'error'}})).to.deep.equal(['RL201 error']);
  });

  it('has the setting of the whole rule where a later layer sets that', async () => {
    const layers = [
      {from: 'the file', rules: {RL202: 'error'}},
      {from: '--rule', rules: {RL201: 'off'}},
    ] as const;
    const keys = async (...each: readonly (typeof layers)[number][]): Promise<string[]> => [
      ...(await settingsFor('p.json', undefined, each, async () => () => true)).rules.keys(),
    ];
    expect(await keys(...layers)).to.deep.equal(['RL201']);
    expect(await keys(...layers.toReversed())).to.deep.equal(['RL201', 'RL202']);
  });

  it('is suppressed by its code, and the rest of the rule is not', async () => {
    const suppressed = (text: string): string =>
      text.replace('{', '{\n// retry-lint-disable-next-line RL202 -- tried\n');
    expect(await found(suppressed(policies.many))).to.deep.equal([]);
    expect(await found(suppressed(policies.unlimited))).to.deep.equal(['RL605 warning', 'RL201 warning']);
  });

  it('is suppressed by the code of the rule', async () => {
    const text = policies.many.replace('{', '{\n// retry-lint-disable-next-line RL201 -- tried\n');
    expect(await found(text)).to.deep.equal([]);
  });

  it('is accepted by an entry of a baseline with its code, where its number is no worse', async () => {
    const accepted: Acceptance = {finding: 'RL202 maxAttempts', severity: 'warning', value: 9, numbers: [9, 5, 3]};
    expect(await found(policies.many, {baseline: [accepted]})).to.deep.equal([]);
    expect(await found(policies.many, {baseline: [{...accepted, value: 8}]})).to.deep.equal(['RL201 warning']);
    expect(await found(policies.unlimited, {baseline: [accepted]})).to.deep.equal(['RL201 warning']);
  });
});
