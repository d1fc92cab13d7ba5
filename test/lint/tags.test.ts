/** What an editor shows faded: what can go, and nothing else. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {defineRule} from '../../lint/rule.ts';

const path = 'p.jsonc';

async function tagged(text: string): Promise<string[]> {
  const {findings} = await lintText({path, files: {[path]: text}});
  return findings.flatMap(({code, tags, pointer}) => tags.map(tag => `${tag} ${code} ${pointer}`));
}

describe('a finding about what can go is unnecessary:', () => {
  const cases: [title: string, text: string, tags: string[]][] = [
    ['a field without effect', '{"maxAttempts": 1, "hedge": {"delayMs": 50}}', ['unnecessary RL405 hedge']],
    ['an entry that is there twice', '{"retryOn": [503, 503]}', ['unnecessary RL407 retryOn[1]']],
    [
      'a route behind one that takes all its calls',
      '{"routes": [{"match": {}, "deadlineMs": 9000}, {"match": {"path": "/a"}, "deadlineMs": 8000}]}',
      ['unnecessary RL407 routes[1].match'],
    ],
    ['a route that changes nothing', '{"routes": [{"match": {"path": "/a"}}]}', ['unnecessary RL405 routes[0].match']],
    ['a suppression of nothing', '/* retry-lint-disable RL203 -- x */ {}', ['unnecessary RL605 ']],
    ['not a budget that refuses every retry', '{"budget": {"kind": "ratio", "ratio": 0, "minPerSecond": 0}}', []],
    ['not a missing jitter', '{"backoff": {"jitter": "none"}}', []],
  ];
  for (const [title, text, tags] of cases) {
    it(title, async () => expect(await tagged(text)).to.deep.equal(tags));
  }
});

it('a rule of a project can call something deprecated', async () => {
  const rule = defineRule({
    code: 'ACME101',
    name: 'no-old-name',
    category: 'hygiene',
    severity: 'info',
    confidence: 'high',
    summary: 'Use new names',
    documentation: () => ({
      why: '',
      sources: [],
      bad: [{name: '', text: '', findings: []}],
      good: [{name: '', text: ''}],
    }),
    *check({policy}) {
      if (policy.name === 'old') yield {at: 'name', message: 'Call it new.', tag: 'deprecated'};
    },
  });
  const config = {extraRules: [rule]};
  const {findings} = await lintText({path, files: {[path]: '{"name": "old"}'}, config});
  expect(findings.map(({tags}) => tags)).to.deep.equal([['deprecated']]);
});
