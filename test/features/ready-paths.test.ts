/** Endpoints with a `readyPath`, or that are ejected, in a process that does not allow them. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect} from 'chai';

const SOURCE = new URL('../../src/', import.meta.url).href;

/** What a program prints. */
const printed = async (lines: readonly string[]): Promise<string[]> => {
  const program = [
    `import {createFetch, definePolicy} from '${SOURCE}core.ts';`,
    `import {definePolicy as unchecked} from '${SOURCE}unchecked.ts';`,
    `import {useEjection, useReadyPaths} from '${SOURCE}features.ts';`,
    "const warming = {endpoints: [{name: 'a', origin: 'https://a.test', readyPath: '/healthz'}]};",
    "const log = async make => console.log(await (async () => { try { await make(); return 'taken' } catch ({code, message}) { return [code, message].join(': ') } })());",
    ...lines,
  ].join('\n');
  const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return stdout.trim().split('\n');
};

const REFUSED = 'INVALID_POLICY: Endpoints with a readyPath need useReadyPaths() of steadfetch/features.';

describe('endpoints with a readyPath', () => {
  it('are refused by a sentence that says what to call, and taken after that', async () => {
    const said = await printed([
      'await log(() => definePolicy(warming));',
      "await log(() => definePolicy({routes: [{match: {path: '/a'}, ...warming}]}));",
      'await log(() => unchecked(warming));',
      'const handle = definePolicy({});',
      'await log(() => handle.replace(warming));',
      "const fetch = createFetch(handle, {fetch: async () => new Response('')});",
      "const plain = {endpoints: [{name: 'a', origin: 'https://a.test'}, {name: 'b', origin: 'https://b.test'}]};",
      'await log(() => definePolicy(plain));',
      'useReadyPaths();',
      'await log(() => handle.replace(warming));',
      "await log(() => fetch('https://a.test/items'));",
      'await log(() => unchecked(warming));',
    ]);
    expect(said).to.deep.equal([REFUSED, REFUSED, REFUSED, REFUSED, 'taken', 'taken', 'taken', 'taken']);
  });
});

describe('endpoints that are ejected', () => {
  it('are refused by a sentence that says what to call, and taken after that', async () => {
    const refused = 'INVALID_POLICY: Policies with failover.ejection need useEjection() of steadfetch/features.';
    const said = await printed([
      "const endpoints = [{name: 'a', origin: 'https://a.test'}, {name: 'b', origin: 'https://b.test'}];",
      'const ejecting = {endpoints, failover: {ejection: {maxEjectedShare: 0.5}}};',
      'await log(() => definePolicy(ejecting));',
      "await log(() => definePolicy({routes: [{match: {path: '/a'}, ...ejecting}]}));",
      'await log(() => unchecked(ejecting));',
      'await log(() => definePolicy({endpoints, failover: {ejection: {minCalls: 30}}}));',
      'useEjection();',
      'await log(() => definePolicy(ejecting));',
      'await log(() => unchecked(ejecting));',
    ]);
    expect(said).to.deep.equal([refused, refused, refused, 'taken', 'taken', 'taken']);
  });
});
