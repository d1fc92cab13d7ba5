/** The worked arithmetic of a rule, in the numbers of a file. */

import {expect} from 'chai';
import {arithmeticOf} from '../../../lint/explain/arithmetic.ts';
import {type AttemptTable, attemptTable} from '../../../lint/explain/attempt-table.ts';
import {explainFile} from '../../../lint/explain/explain.ts';
import {renderMarkdown, renderText} from '../../../lint/explain/render.ts';
import {modelOf} from '../../../lint/model/model.ts';
import type {Rule} from '../../../lint/rule.ts';
import {rules} from '../../../lint/rules/index.ts';
import {shapeOf} from '../../../lint/shape/shape.ts';
import {readerOf} from '../../../lint/source/files.ts';
import {readSource} from '../../../lint/source/read.ts';
import {documentsOf} from '../../../lint/source/unit.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {pageOf} from '../support/page-of.ts';

const ruleOf = (wanted: string): Rule => rules.find(({code}) => code === wanted)!;

async function explained(code: string, policy: PolicyInput | string): Promise<string> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return renderText(
    await explainFile(ruleOf(code), {path: 'p.json', files: {'p.json': text}}),
    Number.POSITIVE_INFINITY,
  );
}

async function tableOf(policy: PolicyInput): Promise<AttemptTable> {
  const [unit] = documentsOf(await readSource('p.json', JSON.stringify(policy)));
  const {scopes} = await modelOf(shapeOf(unit!), readerOf({}));
  return attemptTable(scopes.at(-1)!);
}

describe('the attempt table', () => {
  it('of the defaults, plain and throttled', async () => {
    const table = await tableOf({});
    expect(table.rows[1]).to.deep.equal({
      attempt: 2,
      plain: {shortestWaitMs: 0, longestWaitMs: 100, startsAtMs: 8100, endsAtMs: 16_100, cut: 'whole'},
      throttled: {shortestWaitMs: 0, longestWaitMs: 1000, startsAtMs: 9000, endsAtMs: 17_000, cut: 'whole'},
    });
    const {rows, ...sums} = table;
    expect(rows).to.have.length(3);
    expect(sums).to.deep.equal({
      more: 0,
      deadlineMs: 30_000,
      neededMs: 24_300,
      longestNeededMs: 27_000,
      worstMs: 27_000,
      retriesTimeouts: true,
      longestHintMs: 60_000,
    });
  });

  it('has at most ten rows, and the number of the others', async () => {
    expect((await tableOf({maxAttempts: 14})).more).to.equal(4);
    expect((await tableOf({maxAttempts: 'unlimited', deadlineMs: null})).more).to.equal(Number.POSITIVE_INFINITY);
  });

  it('of one attempt has no waits and no hints', async () => {
    const {rows, longestHintMs} = await tableOf({maxAttempts: 1});
    expect(rows.map(({throttled}) => throttled)).to.deep.equal([undefined]);
    expect(longestHintMs).to.equal(undefined);
  });

  it('has no throttled waits if no throttled response is retried', async () => {
    const {rows} = await tableOf({retryOn: [500, 'timeout']});
    expect(rows.every(({throttled}) => throttled === undefined)).to.equal(true);
  });

  it('of a route is that of its own settings', async () => {
    const table = await tableOf({deadlineMs: 9000, routes: [{match: {path: '/a'}, attemptTimeoutMs: 4000}]});
    expect(table.rows.map(({plain}) => plain.cut)).to.deep.equal(['whole', 'whole', 'short']);
  });
});

describe('explaining', () => {
  it('RL303 shows what the deadline cuts', async () => {
    expect(await explained('RL303', {deadlineMs: 10_000, retryOn: [500, 'timeout']})).to.equal(
      [
        'The policy:',
        '',
        '  attempt         waits   starts by    ends by   cut off',
        '        1                      0 ms    8000 ms',
        '        2   0 to 100 ms     8100 ms   10000 ms   after 1900 ms',
        '        3   0 to 200 ms                          never sent',
        '',
        '  All attempts and waits need at most 24300 ms; the deadline of 10000 ms is long enough for 1 attempt.',
      ].join('\n'),
    );
  });

  it('RL203 shows how many clients retry at once', async () => {
    const said = await explained('RL203', {backoff: {jitter: 'none', baseMs: 500}});
    expect(said)
      .to.match(/ 1 +500 ms +1000 +20\n/)
      .and.to.contain('For a thousand clients');
  });

  it('RL101 shows what is retried, and why not', async () => {
    const routes = [{match: {methods: ['POST'], path: '/v1/orders'}, retryOn: [429, 503, 'network'] as const}];
    const said = await explained('RL101', {routes});
    expect(said).to.contain('Route POST /v1/orders:');
    expect(said).to.match(/429 +no +yes\n +503 +maybe +no\n +network +unless not sent +if not sent\n/);
  });

  it('RL201 shows what another attempt brings', async () => {
    expect(await explained('RL201', {maxAttempts: 6})).to.match(/ 3 +99\.9 % +1\.11 +98\.5 % +1\.13 +3\n/);
  });

  it('RL207 shows the load that a budget would have prevented', async () => {
    const objective = {assume: {rps: 100}};
    expect(await explained('RL207', {budget: null, objective}))
      .to.match(/ 100 % +3 +1 +0\.0167 %\n/)
      .and.contain('At 100 calls per second.');
  });

  it('RL208 shows that a budget cannot bind', async () => {
    expect(await explained('RL208', {budget: {kind: 'ratio', ratio: 2}})).to.match(/ 100 % +3 +3 +100 %\n/);
  });

  it('RL209 shows the product, layer by layer', async () => {
    const layers = [
      {name: 'mesh', maxAttempts: 3},
      {name: 'driver', maxAttempts: 3},
    ];
    expect(await explained('RL209', {retryingLayers: layers}))
      .to.match(/this policy +3 +3\n +mesh +3 +9\n +driver +3 +27\n/)
      .and.contain('9.42 at 90 %');
  });

  it('RL212 shows what the window holds', async () => {
    const said = await explained('RL212', {breaker: {minCalls: 500}, objective: {assume: {rps: 2}}});
    expect(said).to.match(
      /needed to open +500\n +2 calls per second, 1 attempt each +60\n +the same, 3 attempts each +180/,
    );
  });

  it('RL309 shows the prediction beside the objective, or what it needs', async () => {
    const assume = {latencyMs: {p50: 180, p95: 410}, failureRatio: 0.05};
    expect(await explained('RL309', {objective: {latencyMs: {p95: 100}, assume}})).to.match(/p95 +4\d\d ms +100 ms\n/);
    expect(await explained('RL309', {})).to.contain('A prediction needs a latency or success objective');
  });

  it('shows each part with a finding once', async () => {
    const routes = [
      {match: {path: '/a'}, maxAttempts: 9},
      {match: {path: '/b'}, maxAttempts: 9},
      {match: {path: '/c'}, maxAttempts: 12},
    ];
    const said = await explained('RL201', {routes});
    expect(said.match(/^\S.*:$/gm)).to.deep.equal(['Route * /a:', 'Route * /c:']);
  });

  it('shows the part at an offset, with or without a finding', async () => {
    const text = 'maxAttempts: 2\nroutes:\n  - match: {path: /a}\n    maxAttempts: 4\n---\nname: other\n';
    const titleAt = async (mark: string): Promise<string[]> => {
      const request = {path: 'p.yaml', files: {'p.yaml': text}, offset: text.indexOf(mark)};
      return (await explainFile(ruleOf('RL303'), request)).map(({title}) => title);
    };
    expect(await titleAt('maxAttempts: 2')).to.deep.equal(['policy 1']);
    expect(await titleAt('maxAttempts: 4')).to.deep.equal(['route * /a']);
    expect(await titleAt('other')).to.deep.equal(['policy "other"']);
  });

  it('shows the whole policy without findings', async () =>
    expect(await explained('RL203', {})).to.match(/^The policy:/));

  it('shows nothing for a rule about the text, or for a text that cannot be read', async () => {
    expect(await explained('RL004', {})).to.equal('');
    expect(await explained('RL203', '{"backoff"')).to.equal('');
  });

  for (const rule of rules) {
    const {code, check} = rule;
    if (arithmeticOf(code) === undefined) continue;
    for (const {name, text, path = 'p.jsonc', files = {}} of pageOf(rule).bad) {
      it(`${code}: ${name} is explained without a gap, as text and as Markdown`, async () => {
        const explanations = await explainFile(ruleOf(code), {path, files: {...files, [path]: text}});
        expect(explanations).not.to.be.empty;
        for (const render of [renderText, renderMarkdown]) {
          const said = render(explanations);
          expect(said).not.to.match(/NaN|undefined|Infinity|null ms/);
        }
        if (check !== undefined) expect(explanations[0]!.blocks).not.to.be.empty;
      });
    }
  }
});
