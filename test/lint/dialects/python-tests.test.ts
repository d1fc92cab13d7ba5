/** Findings in programs that only test others. */

import {expect} from 'chai';
import type {Config} from '../../../lint/config.ts';
import {defineDialect} from '../../../lint/dialects/define-dialect.ts';
import {lintText} from '../../../lint/lint.ts';
import {readSource} from '../../../lint/source/read.ts';
import {ReadBefore} from '../support/read-before.ts';
import {definition} from './gateway.ts';

const inPython = defineDialect({...definition, name: 'calls', layer: 'code', wants: path => path.endsWith('.py')});
const text =
  'kind: Gateway\nroutes:\n  - {match: {path: /a}, timeout: 5s, retry_policy: {num_retries: 19, per_try_timeout: x}}\n';

async function severities(path: string, config: Config = {}): Promise<Record<string, string>> {
  const source = {...(await readSource('a.yaml', text)), path};
  const request = {path, files: {[path]: text}, cache: new ReadBefore(source)};
  const {findings} = await lintText({...request, config: {builtInDialects: [inPython], ...config}});
  return Object.fromEntries(findings.map(({code, severity}) => [code, severity]));
}

describe('findings in a Python file', () => {
  it('are as severe as others', async () => {
    expect(await severities('app/main.py')).to.include({RL201: 'error', RL003: 'error'});
    expect(await severities('app/contest.py')).to.include({RL201: 'error'});
    expect(await severities('app/latest/main.py')).to.include({RL201: 'error'});
  });

  for (const path of ['tests/main.py', 'app/tests/deep/main.py', 'test_main.py', 'app/main_test.py', 'conftest.py']) {
    it(`are infos in a test: ${path}`, async () => {
      expect(await severities(path)).to.include({RL201: 'info', RL003: 'info'});
      expect(await severities(path, {preset: 'strict'})).to.include({RL201: 'info'});
    });
  }

  it('are as severe in a test if its dialect is to be checked there', async () => {
    const path = 'tests/main.py';
    expect(await severities(path, {dialectSettings: {calls: {tests: true}}})).to.include({RL201: 'error'});
    expect(await severities(path, {dialectSettings: {python: {tests: true}}})).to.include({RL201: 'error'});
    const both = {python: {tests: true}, calls: {tests: false}};
    expect(await severities(path, {dialectSettings: both})).to.include({RL201: 'info'});
  });

  it('are none if the dialect is off', async () => {
    expect(await severities('app/main.py', {dialectSettings: {python: 'off'}})).to.deep.equal({});
    expect(await severities('app/main.py', {dialectSettings: {calls: 'off'}})).to.deep.equal({});
  });
});
