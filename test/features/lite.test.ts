/** `steadfetch/lite`, and the entries that leave model endpoints out, in processes that have allowed no feature. */
import {expect} from 'chai';
import {createFetch, reportOf} from '../../src/fetch.ts';
import {ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {printed, SOURCE} from './printed.ts';

const features: readonly [use: string, policy: string, what: string][] = [
  ['useFixedBreakers', "{breaker: {kind: 'ratio'}}", 'Breakers of kind "ratio"'],
  ['useHedges', '{hedge: {delayMs: 50}}', 'Policies with "hedge"'],
  [
    'useFailover',
    "{endpoints: [{name: 'a', origin: 'https://a.test'}, {name: 'b', origin: 'https://b.test'}]}",
    'Policies with "endpoints"',
  ],
  ['useQuotas', '{quota: {}}', 'Policies with "quota"'],
  ['useConcurrencyLimits', "{concurrency: {kind: 'fixed', max: 2}}", 'Policies with "concurrency"'],
  ['useModelEndpoints', '{refusals: {}}', 'Policies with refusals or stream, or of steadfetch:llm,'],
  ['useModelEndpoints', '{stream: {}}', 'Policies with refusals or stream, or of steadfetch:llm,'],
];

const refusal = (what: string, use: string, code = 'INVALID_POLICY'): string =>
  `${code}: ${what} need ${use}() of steadfetch/features.`;
const OUTCOME =
  "const outcome = make => { try { make(); return 'made' } catch ({code, message}) { return [code, message].join(': ') } };";

describe('steadfetch/lite', () => {
  for (const [use, policy, what] of features)
    it(`takes ${policy} after ${use}(), and not before`, async () => {
      const said = await printed([
        `import {createFetch} from '${SOURCE}lite.ts';`,
        `import {${use}} from '${SOURCE}features.ts';`,
        OUTCOME,
        `console.log(outcome(() => createFetch(${policy})));`,
        `console.log(outcome(() => createFetch({routes: [{match: {path: '/a'}, ...${policy}}]})));`,
        `${use}();`,
        `console.log(outcome(() => createFetch(${policy})));`,
      ]);

      const [first, second, third] = said.split('\n');
      expect(first).to.equal(refusal(what, use));
      if (use !== 'useFailover') expect(second).to.equal(refusal(what, use));
      expect(third).to.equal('made');
    });

  it('refuses a feature in the options of one call', async () => {
    const said = await printed([
      `import {createFetch} from '${SOURCE}lite.ts';`,
      'const fetch = createFetch({}, {fetch: async () => new Response()});',
      "const sent = fetch('https://a.test/', {resilience: {refusals: {}}});",
      'console.log(await sent.then(() => 1, ({code, message}) => [code, message].join(": ")));',
    ]);
    expect(said).to.equal(
      refusal('Policies with refusals or stream, or of steadfetch:llm,', 'useModelEndpoints', 'INVALID_OVERRIDES'),
    );
  });

  it('refuses the port translate', async () => {
    const said = await printed([
      `import {createFetch} from '${SOURCE}lite.ts';`,
      `import {useTranslate} from '${SOURCE}features.ts';`,
      OUTCOME,
      'console.log(outcome(() => createFetch({}, {translate: () => undefined})));',
      'useTranslate();',
      'console.log(outcome(() => createFetch({}, {translate: () => undefined})));',
    ]);
    expect(said.split('\n')).to.deep.equal([refusal('Clients with the port translate', 'useTranslate'), 'made']);
  });

  it('does with the default policy what steadfetch/fetch does', async () => {
    const scenes: readonly [method: string, answers: readonly unknown[]][] = [
      ['GET', [200]],
      ['GET', [503, 200]],
      ['POST', [503, 200]],
      ['PUT', [500, 502, 504]],
      ['GET', [429, 200]],
      ['GET', [404]],
      ['DELETE', [408, 421, 425]],
      ...Array.from({length: 12}, (): [string, readonly unknown[]] => ['GET', [500, 500, 500]]),
    ];
    const run = async (make: typeof createFetch): Promise<string> => {
      const clock = new VirtualClock();
      const server = new ScriptedFetch(
        clock,
        scenes.flatMap(([, answers]) => answers) as ConstructorParameters<typeof ScriptedFetch>[1],
      );
      const fetch = make({correlation: null}, {clock, fetch: server.fetch, random: () => 0.5});
      const told: unknown[] = [];
      for (const [method] of scenes) {
        const response = await clock.run(() => fetch('https://a.test/', {method})).catch((error: unknown) => error);
        told.push([(response as Response).status, reportOf(response as Response), Math.round(clock.now())]);
      }
      return JSON.stringify(told);
    };
    const said = await printed([
      `import {createFetch, reportOf} from '${SOURCE}lite.ts';`,
      `import {ScriptedFetch, VirtualClock} from '${SOURCE}testing.ts';`,
      `const scenes = ${JSON.stringify(scenes)};`,
      `console.log(await (${run.toString()})(createFetch));`,
    ]);
    const full = await run(createFetch);
    expect(said).to.equal(full);
    expect(JSON.parse(full)).to.have.lengthOf(scenes.length);
  });
});

describe('steadfetch/fetch, /ky, /core and /unchecked', () => {
  const made: readonly [entry: string, make: string][] = [
    ['fetch', 'createFetch'],
    ['ky', 'resilience'],
    ['core', 'definePolicy'],
  ];
  for (const [entry, make] of made)
    it(`${entry} takes steadfetch:llm after useModelEndpoints(), and not before`, async () => {
      const said = await printed([
        `import {${make}} from '${SOURCE}${entry}.ts';`,
        `import {useModelEndpoints} from '${SOURCE}features.ts';`,
        OUTCOME,
        `console.log(outcome(() => ${make}({extends: ['steadfetch:llm']})));`,
        'useModelEndpoints();',
        `console.log(outcome(() => ${make}({extends: ['steadfetch:llm']})));`,
      ]);
      expect(said.split('\n')).to.deep.equal([
        refusal('Policies with refusals or stream, or of steadfetch:llm,', 'useModelEndpoints'),
        'made',
      ]);
    });

  it('steadfetch, /models, /undici, /function and /batch take it at once', async () => {
    const said = await printed([
      `const llm = {extends: ['steadfetch:llm']};`,
      ...['index', 'undici', 'function', 'batch'].flatMap(entry => [
        `const ${entry}Entry = await import('${SOURCE}${entry}.ts');`,
        `console.log(${entry}Entry.definePolicy(llm).policy.stream.commit);`,
      ]),
    ]);
    expect(said.split('\n')).to.deep.equal(['content', 'content', 'content', 'content']);
    const models = await printed([
      `const {modelFetch} = await import('${SOURCE}models.ts');`,
      'console.log(typeof modelFetch());',
    ]);
    expect(models).to.equal('function');
  });
});
