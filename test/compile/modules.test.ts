/** Compiled modules, each in a process of its own that has allowed no feature but those which the module allows. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {moduleText} from '../../src/compile/module-text.ts';
import {compilePolicy} from '../../src/compile/plan-of.ts';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {useEjection, useFixedBreakers, useModelEndpoints, useReadyPaths} from '../../src/features.ts';
import {printed, SOURCE} from '../features/printed.ts';
import {traffic} from './traffic.ts';

const ENDPOINTS = [
  {name: 'a', origin: 'https://a.test'},
  {name: 'b', origin: 'https://b.test', rank: 2, readyPath: '/ready'},
];

/** Policies, and what their modules import of `steadfetch/compiled` and `steadfetch/features` beside the two functions that all import. */
const POLICIES: readonly (readonly [policy: PolicyInput, imports: readonly string[]])[] = [
  [{}, ['adaptiveBreaker', 'tokenBucket']],
  [{maxAttempts: 4, backoff: {baseMs: 50}, deadlineMs: 9000, breaker: null, budget: null}, []],
  [
    {budget: {kind: 'ratio', ratio: 0.5}, breaker: {kind: 'consecutive', failures: 2, openMs: 300}},
    ['ratioBudget', 'useFixedBreakers'],
  ],
  [
    {hedge: {delayMs: 40}, concurrency: {kind: 'fixed', max: 2, queue: 1}},
    ['adaptiveBreaker', 'tokenBucket', 'useConcurrencyLimits', 'useHedges'],
  ],
  [
    {endpoints: ENDPOINTS, failover: {ejection: {maxEjectedShare: 0.5}}},
    ['adaptiveBreaker', 'tokenBucket', 'useEjection', 'useFailover', 'useReadyPaths'],
  ],
  [
    {budget: null, breaker: null, routes: [{match: {path: '/b*'}, maxAttempts: 2, budget: {}, refusals: {}, paid: {}}]},
    ['tokenBucket', 'compileMatch', 'useModelEndpoints', 'usePaidAttempts'],
  ],
  [
    {extends: ['steadfetch:llm']},
    ['adaptiveBreaker', 'ratioBudget', 'compileMatch', 'useModelEndpoints', 'usePaidAttempts', 'useQuotas'],
  ],
];

const REFUSED = 'const said = error => console.log([error.code, error.message].join(": "));';
const BELOW = '{fetch: async () => new Response()}';

describe('a compiled module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-compile-'));
  after(() => rmSync(folder, {recursive: true, force: true}));

  /** The address of a module that imports the sources. */
  function compiled(policy: PolicyInput): string {
    const {code} = moduleText(compilePolicy(policy), 'policy.json', false);
    const file = join(folder, 'policy.js');
    writeFileSync(file, code.replace(/'steadfetch\/(\w+)'/g, `'${SOURCE}$1.ts'`));
    return pathToFileURL(file).href;
  }

  for (const [policy, imports] of POLICIES)
    it(`does what createFetch does, with ${imports.join(', ') || 'no guard'}: ${JSON.stringify(policy)}`, async () => {
      const module = compiled(policy);
      const said = await printed([
        `import {createFetch, definePolicy} from '${module}';`,
        `import {traffic} from '${new URL('traffic.ts', import.meta.url)}';`,
        'console.log(await traffic(createFetch));',
        'console.log(JSON.stringify(definePolicy().policy));',
      ]);
      const [lines, resolved] = said.split('\n');

      for (const use of [useEjection, useFixedBreakers, useModelEndpoints, useReadyPaths]) use();
      expect(JSON.parse(lines!)).to.deep.equal(JSON.parse(await traffic(ports => createFetch(policy, ports))));
      expect(JSON.parse(resolved!)).to.deep.equal(compilePolicy(policy).plan.policy);
      const code = readFileSync(new URL(module), 'utf8');
      const names = [...code.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name!);
      const usual = ['compiledFetch', 'compiledPolicy'];
      expect(names.filter(name => !usual.includes(name)).sort()).to.deep.equal([...imports].sort());
    });

  it('refuses overrides of a call before useOverrides(), and those with a feature that is not allowed', async () => {
    const said = await printed([
      `import {createFetch} from '${compiled({})}';`,
      `import {useOverrides} from '${SOURCE}compiled.ts';`,
      `import {useHedges} from '${SOURCE}features.ts';`,
      REFUSED,
      `const fetch = createFetch(${BELOW});`,
      "const call = resilience => fetch('https://a.test/', {resilience}).then(() => console.log('sent'), said);",
      'await call({maxAttempts: 1});',
      'useOverrides();',
      'await call({maxAttempts: 1});',
      'await call({maxAttempts: 0});',
      'await call({hedge: {delayMs: 5}});',
      'useHedges();',
      'await call({hedge: {delayMs: 5}});',
    ]);
    expect(said.split('\n')).to.deep.equal([
      'INVALID_OVERRIDES: Overrides of a call need useOverrides() of steadfetch/compiled.',
      'sent',
      'INVALID_OVERRIDES: The resilience options of this call: maxAttempts must be a whole number of at least 1, "unlimited" or null, got 0',
      'INVALID_OVERRIDES: Policies with "hedge" need useHedges() of steadfetch/features.',
      'sent',
    ]);
  });

  it('refuses the port translate, guards beside a handle, another policy, and the plan of another version', async () => {
    const module = compiled({});
    const other = join(folder, 'other.js');
    writeFileSync(other, readFileSync(new URL(module), 'utf8').replace(/"format": \d+/, '"format": 0'));
    const said = await printed([
      `import {createFetch, definePolicy} from '${module}';`,
      `import * as other from '${pathToFileURL(other)}';`,
      REFUSED,
      'const outcome = make => { try { make(); console.log("made"); } catch (error) { said(error); } };',
      'outcome(() => createFetch({translate: () => undefined}));',
      'outcome(() => createFetch({guards: {factory: {store: {}}}}, definePolicy()));',
      'outcome(() => definePolicy().replace({maxAttempts: 2}));',
      'outcome(() => other.createFetch());',
    ]);
    expect(said.split('\n')).to.deep.equal([
      'INVALID_POLICY: Clients with the port translate need useTranslate() of steadfetch/features.',
      'INVALID_POLICY: The port guards has no effect beside a policy handle. Pass it to definePolicy.',
      'INVALID_POLICY: A compiled policy cannot be replaced. Compile the other one.',
      'INVALID_POLICY: Another version of steadfetch compiled this policy. Compile it again.',
    ]);
  });
});
