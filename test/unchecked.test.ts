/** The adapters that ask nothing run what the adapters that ask run, and carry nothing of what asks. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import ky from 'ky';
import {definePolicy} from '../src/core.ts';
import type {PolicyInput} from '../src/policy/types.ts';
import {ScriptedFetch, VirtualClock} from '../src/testing.ts';
import * as unchecked from '../src/unchecked.ts';
import {sourceFile} from './layers/source.ts';

const POLICIES: readonly PolicyInput[] = [
  {},
  {extends: ['steadfetch:llm', 'steadfetch:payments'], maxAttempts: 2},
  {idempotentMethods: ['get', 'GET', 'report'], correlation: {sendTo: ['HTTPS://A.test:443']}},
  {backoff: {kind: 'list', delaysMs: [1]}, hedge: {delayMs: 5}, budget: null},
];

describe('unchecked', () => {
  for (const policy of POLICIES)
    it(`resolves ${JSON.stringify(policy)} as definePolicy does`, () => {
      expect(unchecked.definePolicy(policy).policy).to.deep.equal(definePolicy(policy).policy);
    });

  it('applies routes, overrides and replaced policies', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedFetch(clock, [503, 503, 503, 200]);
    const handle = unchecked.definePolicy({routes: [{match: {path: '/b'}, name: 'b', maxAttempts: 2}]});
    const fetch = unchecked.createFetch(handle, {clock, fetch: server.fetch});
    const statusOf = async (path: string, init?: object): Promise<number> =>
      (await clock.run(() => fetch(`https://a.test${path}`, init))).status;
    expect(await statusOf('/b')).to.equal(503);
    expect(await statusOf('/a', {resilience: {maxAttempts: 1}})).to.equal(503);
    handle.replace({maxAttempts: 1});
    expect(await statusOf('/b')).to.equal(200);
    expect(server.requests).to.have.length(4);
  });

  it('has a ky adapter', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedFetch(clock, [503, 200]);
    const api = ky.extend(unchecked.resilience({}, {clock})).extend({fetch: server.fetch});
    const response = await clock.run(async () => api.get('https://a.test/'));
    expect(response.status).to.equal(200);
    expect(unchecked.reportOf(response)?.attempts).to.equal(2);
  });

  it('reports an unknown preset, which types cannot check', () => {
    expect(() => unchecked.createFetch({extends: ['./base.json']})).to.throw('There is no preset ./base.json.');
  });

  it('imports no file that validates, suggests or explains', () => {
    const seen = new Set<string>();
    const walk = (url: URL): void => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      const {imports} = sourceFile(url.pathname, readFileSync(url, 'utf8'));
      for (const {specifier, typeOnly} of imports)
        if (!typeOnly && specifier.startsWith('.')) walk(new URL(specifier, url));
    };
    walk(new URL('../src/policy/layers.ts', import.meta.url));
    walk(new URL('../src/call/call.ts', import.meta.url));
    const names = [...seen].map(href => href.slice(href.lastIndexOf('/src/') + 5));
    expect(names).to.include('policy/presets.ts').and.include('call/call.ts');
    expect(names).not.to.include.oneOf([
      'policy/validate.ts',
      'policy/shapes.ts',
      'policy/suggestions.ts',
      'policy/resolve.ts',
    ]);
  });
});
