/** Breakers that stay open for a fixed time, in a process that does not allow them. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect} from 'chai';

const SOURCE = new URL('../../src/', import.meta.url).href;

/** What a program prints. */
const printed = async (lines: readonly string[]): Promise<string> => {
  const program = [
    `import {definePolicy} from '${SOURCE}features/everything.ts';`,
    `import {useFixedBreakers} from '${SOURCE}features.ts';`,
    'const outcome = make => { try { return make().policy.breaker.kind } catch ({code, message}) { return [code, message].join(": ") } };',
    ...lines,
  ].join('\n');
  const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return stdout.trim();
};

const refused = (kind: string): string =>
  `INVALID_POLICY: Breakers of kind "${kind}" need useFixedBreakers() of steadfetch/features.`;

describe('breakers of a fixed time', () => {
  it('are refused by a sentence that says what to call, and taken after that', async () => {
    const said = await printed([
      `console.log(outcome(() => definePolicy({breaker: {kind: 'ratio'}})));`,
      `console.log(outcome(() => definePolicy({breaker: {openMs: 1000}})));`,
      `console.log(outcome(() => definePolicy({routes: [{match: {path: '/a'}, breaker: {kind: 'consecutive'}}]})));`,
      'console.log(outcome(() => definePolicy({})));',
      'useFixedBreakers();',
      `console.log(outcome(() => definePolicy({breaker: {kind: 'consecutive'}})));`,
    ]);
    expect(said.split('\n')).to.deep.equal([
      refused('ratio'),
      refused('ratio'),
      refused('consecutive'),
      'adaptive',
      'consecutive',
    ]);
  });
});
