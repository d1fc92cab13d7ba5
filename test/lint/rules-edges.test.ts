/** Where rules speak, and where they must not: beyond their own examples. */

import {expect} from 'chai';
import type {Config} from '../../lint/config.ts';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {type LintRequest, lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {pageOf} from './support/page-of.ts';

type Files = Readonly<Record<string, string>>;

async function lint(policy: PolicyInput | string, files: Files = {}, config: Config = {}): Promise<readonly Finding[]> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  const {findings} = await lintText({path: 'policy.json', files: {...files, 'policy.json': text}, config});
  return findings;
}

const codes = async (policy: PolicyInput | string, files?: Files): Promise<string[]> =>
  (await lint(policy, files)).map(({code}) => code);

const pointers = async (code: string, policy: PolicyInput | string, files?: Files): Promise<string[]> =>
  (await lint(policy, files)).filter(finding => finding.code === code).map(({pointer}) => pointer);

describe('rules', () => {
  describe('are silent where nothing can be retried', () => {
    const worst: PolicyInput = {
      deadlineMs: null,
      attemptTimeoutMs: null,
      budget: null,
      retryOn: [404, 503],
      retryAfter: {honor: false},
      hedge: null,
      idempotentMethods: ['GET', 'POST'],
      retryingLayers: [{name: 'mesh', maxAttempts: 20}],
    };
    it('maxAttempts null', async () => expect(await codes({...worst, maxAttempts: null})).to.deep.equal([]));

    it('maxAttempts 1, but for what bounds the one attempt', async () => {
      expect(await codes({...worst, maxAttempts: 1})).to.deep.equal(['RL302']);
      expect(await codes({...worst, maxAttempts: 1, attemptTimeoutMs: 5000})).to.deep.equal([]);
    });

    it('and speak with two attempts', async () => {
      const found = await codes({...worst, maxAttempts: 2});
      for (const code of ['RL102', 'RL104', 'RL207', 'RL209', 'RL210', 'RL210', 'RL301', 'RL302'])
        expect(found).to.include(code);
    });
  });

  it('know endpoints without a name apart', async () => {
    const endpoints = [{origin: 'https://a.example'}, {origin: 'https://b.example'}] as never;
    expect(await codes({endpoints})).to.deep.equal(['RL005', 'RL005']);
  });

  describe('are silent about what depends on a slip', () => {
    const endpoints = [
      {name: 'a', origin: 'https://a.example'},
      {name: 'b', origin: 'https://b.example', rank: 2},
    ];
    for (const [name, policy, code] of [
      ['a deadline that is no number', {deadlineMs: '10s'}, 'RL303'],
      ['a timeout that is no number', {attemptTimeoutMs: 'long', deadlineMs: 2000}, 'RL304'],
      ['a budget that is none', {budget: 'no'}, 'RL207'],
      ['a cost that is a word', {budget: {kind: 'token-bucket', retryCost: 'free'}}, 'RL208'],
      ['layers that are no list', {maxAttempts: 5, retryingLayers: 'many'}, 'RL209'],
      ['triggers that are no list', {retryOn: 'all'}, 'RL408'],
      ['a cap that is a word', {backoff: {baseMs: 200, capMs: 'high'}}, 'RL304'],
      ['a promise that is a word', {objective: {latencyMs: {max: 'soon'}}}, 'RL309'],
      ['a list whose only trigger is wrong', {retryOn: ['503']}, 'RL408'],
      ['a list with a wrong trigger', {retryOn: ['503', 'UNAVAILABLE']}, 'RL408'],
      ['a list whose only method is wrong', {idempotency: {methods: ['PO ST']}}, 'RL405'],
      ['a list with a wrong method', {idempotency: {methods: ['PO ST', 'PUT']}}, 'RL405'],
      ['a list whose only cause is wrong', {endpoints, failover: {on: ['x']}}, 'RL417'],
      ['a list with a wrong cause', {endpoints, failover: {on: ['rejected', 'x']}}, 'RL417'],
      ['a delay of a hedge that is a word', {hedge: {delayMs: '5'}}, 'RL401'],
      ['a path without a slash', {routes: [{match: {path: 'v1/a'}}, {match: {path: '/v1/b'}}]}, 'RL407'],
      [
        'a path without a slash, for all methods',
        {routes: [{match: {path: 'v1/a'}, idempotentMethods: ['POST']}]},
        'RL103',
      ],
      ['a wrong method of a route', {routes: [{match: {methods: ['PO ST']}}, {match: {path: '/v1/b'}}]}, 'RL407'],
    ] as const) {
      it(name, async () => {
        const found = await codes(policy as unknown as PolicyInput);
        expect(found).to.include('RL003');
        expect(found).not.to.include(code);
      });
    }

    it('but not about the fields beside it', async () => {
      const found = await codes('{"deadlineMs": "10s", "budget": null, "retryOn": [99999, 404, 503, "timeout"]}');
      expect(found).to.include.members(['RL003', 'RL207', 'RL102']);
    });
  });

  it('point at an entry by its index in the text, even after invalid entries', async () => {
    expect(await pointers('RL102', '{"retryOn": [99999, 404, 503, "timeout"]}')).to.deep.equal(['retryOn[1]']);
  });

  describe('of the three headlines find just that, and leave nothing when it is mended', () => {
    for (const [code, pointer, text] of [
      ['RL201', 'maxAttempts', '{"maxAttempts": "unlimited"}'],
      ['RL201', 'maxAttempts', '{"maxAttempts": "unlimited", "deadlineMs": null}'],
      ['RL203', 'backoff.jitter', '{"backoff": {"jitter": "none"}}'],
      [
        'RL101',
        'routes[0].match.methods',
        '{"routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, 503]}]}',
      ],
    ] as const) {
      it(`${code} ${text}`, async () => {
        const request: LintRequest = {path: 'p.json', files: {'p.json': text}, config: {preset: 'strict'}};
        const found = (await lintText(request)).findings.map(finding => [finding.code, finding.pointer]);
        expect(found).to.deep.equal([[code, pointer]]);
        expect((await fixText(request, {unsafe: true})).report.findings).to.deep.equal([]);
      });
    }
  });

  it('RL204 leaves to RL401 a cap of another kind of backoff, in a route', async () => {
    const found = await codes(
      '{"backoff": {"kind": "list", "delaysMs": [50]}, "routes": [{"match": {"path": "/a"}, "backoff": {"capMs": 0}}]}',
    );
    expect(found).to.include('RL401').and.not.include('RL204');
  });

  it('RL203 names the waits after a throttled response where there are no others', async () => {
    const [finding] = (await lint({backoff: {kind: 'constant', delayMs: 0, jitter: 'none'}})).filter(
      ({code}) => code === 'RL203',
    );
    expect(finding!.message).to.contain('the waits of 1000 and 1000 ms after a throttled response are equal');
  });

  it('RL004 renames neither of two fields that are the same one misspelt', async () => {
    const before = '{"maxAtempts": 1, "maxAttemps": 2}';
    const {text, report} = await fixText({path: 'p.json', files: {'p.json': before}});
    expect(text).to.equal(before);
    expect(report.findings.filter(({code}) => code === 'RL004')).to.have.length(2);
  });

  it('RL204 takes a route that sets a field of another kind of backoff', async () => {
    const policy =
      '{"backoff": {"kind": "list", "delaysMs": [0]}, "routes": [{"match": {}, "backoff": {"baseMs": 0}}]}';
    expect(await pointers('RL204', policy)).to.deep.equal(['backoff.delaysMs']);
  });

  describe('point at the key that decides', () => {
    for (const [code, policy, expected] of [
      ['RL303', {deadlineMs: 12_000}, ['deadlineMs']],
      ['RL303', {attemptTimeoutMs: 20_000}, ['attemptTimeoutMs']],
      ['RL303', {maxAttempts: 5}, ['maxAttempts']],
      ['RL303', {deadlineMs: 40_000, routes: [{match: {path: '/a'}, maxAttempts: 5}]}, ['routes[0].maxAttempts']],
      ['RL304', {routes: [{match: {path: '/a'}, deadlineMs: 500}]}, ['routes[0].deadlineMs']],
      ['RL204', {backoff: {baseMs: 50, capMs: 0}}, ['backoff.capMs']],
      ['RL206', {deadlineMs: null, backoff: {throttledBaseMs: 90_000, capMs: 100_000}}, ['backoff.capMs']],
      ['RL210', {retryAfter: {honor: false}}, ['retryAfter.honor']],
      [
        'RL309',
        {objective: {successRatio: 1, assume: {latencyMs: {p50: 1, p95: 2}, failureRatio: 0.5}}},
        ['objective'],
      ],
    ] as const) {
      it(`${code} ${JSON.stringify(policy)}`, async () =>
        expect(await pointers(code, policy as PolicyInput)).to.deep.equal(expected));
    }

    it('in another file: the entry of extends that brings it, and the place there', async () => {
      const files = {'base.json': '{\n  "budget": null\n}\n'};
      const [finding] = (await lint({extends: ['./base.json']}, files)).filter(({code}) => code === 'RL207');
      expect(finding!.range.start).to.deep.equal({line: 3, column: 5});
      expect(finding!.related).to.deep.include({
        message: 'budget is set here.',
        path: 'base.json',
        range: {start: {line: 2, column: 3}, end: {line: 2, column: 11}},
      });
    });
  });

  describe('of level info speak only of what the file itself sets', () => {
    for (const [code, base] of [
      ['RL204', '{"maxAttempts": 5, "backoff": {"kind": "constant", "delayMs": 500}}'],
      ['RL304', '{"backoff": {"baseMs": 100, "capMs": 15000}}'],
    ] as const) {
      it(code, async () => {
        expect(await codes(base)).to.include(code);
        expect(await codes({extends: ['./base.json']}, {'base.json': base})).not.to.include(code);
      });
    }
  });

  describe('yield to a prediction', () => {
    const assume = {latencyMs: {p50: 100, p95: 300}};
    for (const [code, policy] of [
      ['RL303', {deadlineMs: 9000}],
      ['RL304', {deadlineMs: 5000}],
      ['RL309', {deadlineMs: 20_000, objective: {latencyMs: {p99: 3000}}}],
    ] as const) {
      it(code, async () => {
        const promise = {latencyMs: {p99: 3000}};
        expect(await codes({...policy, objective: promise} as PolicyInput)).to.include(code);
        expect(await codes({...policy, objective: {...promise, assume}} as PolicyInput)).to.deep.equal([]);
      });
    }

    it('but not to an assumption without a promise', async () => {
      expect(await codes({deadlineMs: 9000, objective: {assume}})).to.include('RL303');
    });

    it('nor where a hedge makes it impossible', async () => {
      const objective = {latencyMs: {p99: 3000}, assume};
      expect(await codes({deadlineMs: 9000, hedge: {delayMs: 200}, objective})).to.include('RL303');
    });
  });

  it('a quadrillion attempts are checked at once', async () => {
    const found = await lint({maxAttempts: 1e15, attemptTimeoutMs: 90, deadlineMs: 100, backoff: {baseMs: 1}});
    expect(found.map(({code}) => code)).to.include.members(['RL201', 'RL303']);
    const open = await lint({maxAttempts: 1e15, deadlineMs: null});
    expect(open.map(({code, fix}) => [code, fix?.title])).to.deep.include(['RL302', undefined]);
  });

  it('a mistake in a list of another file is reported here, and fixed there', async () => {
    const [finding] = await lint({extends: ['./base.json']}, {'base.json': '{"idempotentMethods": ["GTE"]}'});
    expect(finding).to.include({code: 'RL403', fix: undefined});
  });

  it('no fix declares a POST or a PATCH idempotent that a misspelt word did not', async () => {
    for (const [word, method] of [
      ['POTS', 'POST'],
      ['pacth', 'PATCH'],
    ] as const) {
      const [finding] = await lint({idempotentMethods: ['GET', word]});
      expect(finding?.suggestions.map(({title}) => title)).to.deep.equal([`Set it to "${method}"`]);
      const text = `{"idempotentMethods": ["GET", "${word}"]}`;
      expect((await fixText({path: 'p.json', files: {'p.json': text}}, {unsafe: true})).text).to.equal(text);
    }
  });

  it('RL304 leaves alone a cap that unlimited retries come to', async () => {
    const backoff = {kind: 'linear', baseMs: 1, stepMs: 0, capMs: 5000} as const;
    expect(await pointers('RL304', {maxAttempts: 'unlimited', backoff})).to.deep.equal([]);
    expect(
      await pointers('RL304', {maxAttempts: 'unlimited', deadlineMs: 4000, attemptTimeoutMs: 1000, backoff}),
    ).to.deep.equal(['backoff.capMs']);
  });

  it('RL209 says what each route does, where it differs', async () => {
    const layers = [{name: 'mesh', maxAttempts: 4}];
    const routes = [
      {match: {path: '/a'}, maxAttempts: 1},
      {match: {path: '/b'}, maxAttempts: 5},
      {match: {path: '/c'}},
    ];
    expect(await pointers('RL209', {retryingLayers: layers, routes})).to.deep.equal([
      'retryingLayers',
      'routes[1].maxAttempts',
    ]);
  });

  it('RL405 reports a gap between ranks in the file that sets the endpoints', async () => {
    const endpoints: PolicyInput['endpoints'] = [
      {name: 'eu', origin: 'https://eu.example'},
      {name: 'us', origin: 'https://us.example', rank: 3},
    ];
    const routes: PolicyInput['routes'] = [{match: {path: '/a'}, deadlineMs: 5000}];
    expect(await pointers('RL405', {endpoints, routes})).to.deep.equal(['endpoints[1].rank']);
    const files = {'base.json': JSON.stringify({endpoints})};
    expect(await pointers('RL405', {extends: ['./base.json'], routes}, files)).to.deep.equal([]);
  });

  it('RL405 leaves alone what one route uses', async () => {
    const routes: PolicyInput['routes'] = [{match: {path: '/a'}, retryAfter: {honor: true}}];
    const policy: PolicyInput = {retryAfter: {honor: false, maxMs: 5000}};
    expect(await pointers('RL405', policy)).to.deep.equal(['retryAfter.maxMs']);
    expect(await pointers('RL405', {...policy, routes})).to.deep.equal([]);
  });

  describe('RL407 knows which route takes whose calls', () => {
    for (const [first, second, isReached] of [
      [{}, {path: '/a'}, false],
      [{methods: ['GET', 'POST']}, {methods: ['get']}, false],
      [{methods: ['GET']}, {}, true],
      [{path: '/v1/*'}, {path: '/v1/a'}, false],
      [{path: '/v1/*'}, {path: '/v1/a/b'}, true],
      [{path: '/v1/**'}, {path: '/v1/*/b'}, false],
      [{path: '/v1/*'}, {path: '/v1/**'}, true],
      [{origin: 'https://a.example'}, {origin: 'https://A.example:443', path: '/a'}, false],
      [{origin: 'https://a.example'}, {path: '/a'}, true],
    ] as const) {
      it(`${JSON.stringify(first)} before ${JSON.stringify(second)}: ${isReached ? 'reached' : 'never asked'}`, async () => {
        const routes = [
          {match: first, maxAttempts: 2},
          {match: second, maxAttempts: 1},
        ];
        const found = await pointers('RL407', {routes} as unknown as PolicyInput);
        expect(found).to.deep.equal(isReached ? [] : ['routes[1].match']);
      });
    }
  });

  it('RL405 leaves alone a route that keeps its calls from the next', async () => {
    const idle = {match: {path: '/a'}, maxAttempts: 3};
    expect(await pointers('RL405', {routes: [idle]})).to.deep.equal(['routes[0].match']);
    expect(await pointers('RL405', {routes: [idle, {match: {path: '/b'}, maxAttempts: 1}]})).to.deep.equal([
      'routes[0].match',
    ]);
    expect(await pointers('RL405', {routes: [idle, {match: {methods: ['GET']}, maxAttempts: 1}]})).to.deep.equal([]);
  });

  describe('suggest what ends their finding', () => {
    for (const rule of rules) {
      for (const {name, text, path = 'policy.jsonc', files = {}} of pageOf(rule).bad) {
        it(`${rule.code}: ${name}`, async () => {
          // Other rules stay on: a comment that suppresses nothing is a finding only beside them.
          const config: Config = {rules: {[rule.code]: rule.severity}};
          const found = await lintText({path, files: {...files, [path]: text}, config});
          const findings = found.findings.filter(({code}) => code === rule.code);
          expect(findings).not.to.be.empty;
          for (const {fingerprint, suggestions} of findings) {
            for (const {title, edits} of suggestions) {
              const mended = applyEdits(text, edits);
              const after = await lintText({path, files: {...files, [path]: mended}, config});
              expect(
                after.findings.map(finding => finding.fingerprint),
                `${title}: ${mended}`,
              ).not.to.include(fingerprint);
              const shape = await lintText({path, files: {...files, [path]: mended}});
              expect(shape.findings.filter(({code}) => /^RL00/.test(code))).to.deep.equal([]);
            }
          }
        });
      }
    }
  });
});
