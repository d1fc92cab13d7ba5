/** Policies in another language: found, read, checked and fixed in its own words. */

import {expect} from 'chai';
import type {Config} from '../../../lint/config.ts';
import {defineDialect} from '../../../lint/dialects/define-dialect.ts';
import {native} from '../../../lint/dialects/native.ts';
import {arithmeticOf} from '../../../lint/explain/arithmetic.ts';
import {explainFile} from '../../../lint/explain/explain.ts';
import {renderText} from '../../../lint/explain/render.ts';
import {fixText} from '../../../lint/fix.ts';
import {lintText} from '../../../lint/lint.ts';
import {isSure, type Scope, stateOf} from '../../../lint/model/scope.ts';
import {type Draft, defineRule, type Rule} from '../../../lint/rule.ts';
import {rules} from '../../../lint/rules/index.ts';
import {capabilities, definition, gateway} from './gateway.ts';

const path = 'gateway.yaml';

const rule = (check: (scope: Scope) => Iterable<Draft>, fields: Pick<Rule, 'fields' | 'reads'> = {fields: []}): Rule =>
  defineRule({
    code: 'TEST101',
    name: 'no-nothing',
    category: 'hygiene',
    severity: 'warning',
    fix: 'safe',
    confidence: 'high',
    summary: 'Be tested',
    documentation: () => ({
      why: '',
      sources: [],
      bad: [{name: '', text: '', findings: []}],
      good: [{name: '', text: ''}],
    }),
    ...fields,
    check,
  });

const configOf = (...rules: readonly Rule[]): Config => ({dialects: [gateway], extraRules: rules});
const request = (text: string, config: Config) => ({path, files: {[path]: text}, config});

async function messages(text: string, ...rules: readonly Rule[]): Promise<string[]> {
  const {findings} = await lintText(request(text, configOf(...rules)));
  return findings.filter(({code}) => rules.some(rule => rule.code === code)).map(({message}) => message);
}

const two = `kind: Gateway
routes:
  - name: orders
    match: {path: /orders, methods: [POST]}
    timeout: \${TIMEOUT}
    retry_policy:
      retry_on: 5xx,reset,404
      num_retries: 3
      per_try_timeout: soon
      retry_back_off: {base_interval: 25ms, max_interval: 10s}
---
kind: Gateway
routes:
  - match: {path: /search}
    timeout: 5s
`;

describe('a dialect', () => {
  it('reads only its own files', async () => {
    const {findings} = await lintText(request('backoff: {jitter: none}\n', {dialects: [gateway]}));
    expect(findings.map(({code}) => code)).to.deep.equal(['RL203']);
  });

  it('gives rules the effective policy, with the defaults of the dialect', async () => {
    const scopes: Scope[] = [];
    const peek = rule(function* (scope) {
      scopes.push(scope);
      yield* [];
    });
    await messages(two, peek);
    expect(scopes.map(({title}) => title)).to.deep.equal(['route "orders"', 'route * /search']);
    const [orders, search] = scopes;
    expect(orders!.policy).to.deep.include({maxAttempts: 4, retryOn: ['5xx', 'network', 404], breaker: null});
    expect(orders!.policy.backoff).to.deep.include({baseMs: 25, capMs: 10_000, jitter: 'full', throttledBaseMs: 0});
    expect(orders!.policy.idempotentMethods).to.include('POST');
    expect(orders!.match).to.deep.equal({path: '/orders', methods: ['POST']});
    expect(search!.policy).to.deep.include({maxAttempts: 2, deadlineMs: 5000, attemptTimeoutMs: null});
  });

  it('distinguishes values that are known, missing, invalid, unknown and inexpressible', async () => {
    const paths = ['maxAttempts', 'name', 'attemptTimeoutMs', 'deadlineMs', 'backoff.jitter', 'backoff', 'hedge'];
    let states: unknown;
    const peek = rule(function* (scope) {
      states ??= paths.map(each => [each, stateOf(scope, each), isSure(scope, each)]);
      yield* [];
    });
    await messages(two.replace('name: orders', 'match: {path: /orders}').replace(/\n.*methods.*/, ''), peek);
    expect(states).to.deep.equal([
      ['maxAttempts', 'known', true],
      ['name', 'missing', true],
      ['attemptTimeoutMs', 'invalid', false],
      ['deadlineMs', 'unknown', false],
      ['backoff.jitter', 'inexpressible', true],
      ['backoff', 'known', true],
      ['hedge', 'inexpressible', true],
    ]);
  });

  it('reports its mistakes by its own paths', async () => {
    const text = 'kind: Gateway\nroutes:\n  - timout: 2\n    retry_policy: {per_try_timeout: 2}\n';
    const {findings} = await lintText(request(text, configOf()));
    expect(findings.map(({code, pointer, message}) => [code, pointer, message])).to.deep.equal([
      ['RL004', 'routes[0].timout', 'timout is not a field of a route.'],
      [
        'RL003',
        'routes[0].retry_policy.per_try_timeout',
        'retry_policy.per_try_timeout must be a duration such as 250ms or 2s, got 2.',
      ],
    ]);
    expect((await fixText(request(text, configOf()))).text).to.equal(text.replace('timout', 'timeout'));
  });

  it('reports a finding at the value in the file, by its own path', async () => {
    const find = rule(function* ({policy}) {
      if (policy.retryOn.includes(404)) yield {at: 'retryOn[2]', message: '404.'};
      yield {at: 'backoff.capMs', message: 'cap.'};
      yield {at: 'maxAttempts', message: 'retries.'};
    });
    const {findings} = await lintText(request(two, configOf(find)));
    const lines = two.split('\n');
    const shown = findings
      .filter(({code}) => code === 'TEST101')
      .map(({range: {start, end}, pointer, fingerprint}) => [
        lines[start.line - 1]!.slice(start.column - 1, end.column - 1),
        pointer,
        fingerprint.replace('TEST101 ', ''),
      ]);
    expect(shown).to.deep.equal([
      ['404', 'routes[0].retry_policy.retry_on', 'route[orders].retryOn["404"]'],
      ['num_retries', 'routes[0].retry_policy.num_retries', 'route[orders].maxAttempts'],
      ['max_interval', 'routes[0].retry_policy.retry_back_off.max_interval', 'route[orders].backoff.capMs'],
      // What is not written is shown at the route.
      ['match', 'routes[0]', 'route[2.1]'],
    ]);
  });

  it('writes fields, values and durations as its files do', async () => {
    const find = rule(function* ({words, policy}) {
      const {name, key, value, ms} = {
        name: words.name('backoff.capMs'),
        key: words.key('backoff.capMs'),
        value: [
          words.value('maxAttempts', 4),
          words.value('retryOn', 'network'),
          words.value('attemptTimeoutMs', 2300),
        ],
        ms: words.ms(policy.deadlineMs ?? 0),
      };
      yield {at: 'deadlineMs', message: `${name} ${key} ${value.join(' ')} ${ms}.`};
    });
    const text = 'kind: Gateway\nroutes: [{timeout: 1.5s}]\n';
    expect(await messages(text, find)).to.deep.equal([
      'retry_policy.retry_back_off.max_interval max_interval 3 reset 2.3s 1.5s.',
    ]);
  });

  it('writes fixes by its inverse', async () => {
    const find = rule(function* ({policy}) {
      if (policy.retryOn.includes(404))
        yield {
          at: 'retryOn[2]',
          message: '404.',
          fix: {title: 'Do not retry 404', changes: [{do: 'drop', path: 'retryOn', entries: [404]}]},
        };
      if (policy.attemptTimeoutMs === null)
        yield {
          at: 'attemptTimeoutMs',
          message: 'none.',
          fix: {title: 'Set it', changes: [{do: 'set', path: 'attemptTimeoutMs', value: 2300}]},
        };
    });
    const text = 'kind: Gateway\nroutes:\n  - timeout: 5s # all\n    retry_policy: {retry_on: "5xx,reset,404"}\n';
    const {text: mended} = await fixText(request(text, configOf(find)));
    expect(mended).to.equal(text.replace('"5xx,reset,404"', '"5xx,reset", "per_try_timeout": "2.3s"'));
  });

  it('has no fix that it cannot write', async () => {
    const find = rule(function* () {
      yield {
        at: 'deadlineMs',
        message: 'x.',
        fix: {title: 'Hedge', changes: [{do: 'set', path: 'hedge', value: {delayMs: 5}}]},
      };
    });
    const {findings} = await lintText(request('kind: Gateway\nroutes: [{timeout: 5s}]\n', configOf(find)));
    expect(findings.filter(({code}) => code === 'TEST101').map(({fix}) => fix)).to.deep.equal([undefined]);
  });

  it('has suppressions in comments if its runtime refuses a block', async () => {
    const find = rule(function* () {
      yield {at: 'deadlineMs', message: 'x.'};
    });
    const block = 'x-retry-lint: {disable: [{rule: TEST101, reason: no}]}';
    const text = `kind: Gateway\n${block}\nroutes:\n  - timeout: 5s\n    ${block}\n  - timeout: 6s # retry-lint-disable-line TEST101 -- so\n`;
    const {findings, suppressed} = await lintText(request(text, configOf(find)));
    const lines = findings.filter(({code}) => code === 'TEST101').map(({range}) => range.start.line);
    expect(lines).to.deep.equal([4]);
    expect(suppressed.map(({finding}) => finding.range.start.line)).to.deep.equal([6]);
  });
});

describe('a rule', () => {
  const template = `\${T}`;
  const text = (route: string): string => `kind: Gateway\nroutes: [${route.replace('<T>', template)}]\n`;
  const speaks = (at: string, fields: Pick<Rule, 'fields' | 'reads'>): Rule =>
    rule(function* () {
      yield {at, message: 'x.'};
    }, fields);

  const cases: [title: string, route: string, at: string, fields: Pick<Rule, 'fields' | 'reads'>, speaks: boolean][] = [
    ['speaks of what it knows', '{timeout: 5s}', 'deadlineMs', {fields: ['deadlineMs']}, true],
    ['speaks of a default', '{name: a}', 'deadlineMs', {fields: ['deadlineMs']}, true],
    ['is silent about a slip in its fields', '{timeout: 5}', 'deadlineMs', {fields: ['deadlineMs']}, false],
    ['speaks although it reads a slip', '{timeout: 5}', 'maxAttempts', {fields: [], reads: ['deadlineMs']}, true],
    ['is silent about a template in its fields', '{timeout: "<T>"}', 'deadlineMs', {fields: ['deadlineMs']}, false],
    ['is silent if it reads a template', '{timeout: "<T>"}', 'maxAttempts', {fields: [], reads: ['deadlineMs']}, false],
    ['speaks if a template is elsewhere', '{timeout: "<T>"}', 'maxAttempts', {fields: ['maxAttempts']}, true],
    [
      'is silent if a template is in what it reads',
      '{retry_policy: {retry_back_off: {base_interval: "<T>"}}}',
      'maxAttempts',
      {fields: [], reads: ['backoff']},
      false,
    ],
    [
      'is silent if it reads everything and a template is anywhere',
      '{timeout: "<T>"}',
      '',
      {fields: [], reads: ['']},
      false,
    ],
    ['is silent about what the dialect cannot express', '{timeout: 5s}', 'backoff.jitter', {fields: []}, false],
    ['speaks of a part that the dialect can express some of', '{timeout: 5s}', 'backoff', {fields: []}, true],
    ['that declares nothing runs on steadfetch’s policies only', '{timeout: 5s}', 'deadlineMs', {}, false],
  ];
  for (const [title, route, at, fields, isHeard] of cases) {
    it(title, async () => {
      expect(await messages(text(route), speaks(at, fields))).to.deep.equal(isHeard ? ['x.'] : []);
    });
  }
});

describe('the rules of the linter, on another dialect,', () => {
  const route = (policy: string, more = ''): string =>
    `kind: Gateway\nroutes:\n  - match: {path: /v1/items, methods: [GET]}\n${more}    retry_policy: {${policy}}\n`;
  const codesOf = async (text: string, dialect = gateway): Promise<string[]> => {
    const {findings} = await lintText(request(text, {dialects: [dialect]}));
    return findings.map(({code}) => code);
  };
  const said = async (text: string, code: string): Promise<string[]> => {
    const {findings} = await lintText(request(text, configOf()));
    const finding = findings.find(each => each.code === code);
    if (finding === undefined) return [];
    const fixes = [...(finding.fix === undefined ? [] : [finding.fix]), ...finding.suggestions];
    return [finding.message, ...fixes.map(({title}) => title)];
  };

  it('report what its defaults leave open', async () => {
    expect(await codesOf(route('retry_on: "reset,per-try-timeout", per_try_timeout: 2s'))).to.deep.equal([]);
    expect(await codesOf(route('num_retries: 1'))).to.deep.equal(['RL301']);
  });

  it('name its fields and durations, and suggest changes that can be written', async () => {
    const text = route('retry_on: "per-try-timeout", num_retries: 3, per_try_timeout: 8s', '    timeout: 15s\n');
    expect(await said(text, 'RL303')).to.deep.equal([
      '4 attempts of 8s and their waits need 32.175s. The deadline is 15s: attempt 2 is cut off after 6.975s and attempts 3 and 4 are never sent.',
      'Set per_try_timeout to 3.7s',
      'Set timeout to 32.175s',
    ]);
    expect(await said(route('retry_on: reset, per_try_timeout: 2s'), 'RL408')).to.deep.equal([
      'An attempt that takes 2s ends the call, because per-try-timeout is not in retry_policy.retry_on. Add it.',
      'Retry timeouts',
    ]);
    expect(await said(route('num_retries: 19'), 'RL201')).to.deep.equal([
      'A failing call makes up to 20 attempts; the limit is 5. Attempts after the third rarely help, and each adds load to a failing server. Set num_retries to 2.',
      'Set num_retries to 2',
    ]);
  });

  it('are fixed in its own format', async () => {
    const twice = route('retry_on: "5xx,reset,reset"');
    expect((await fixText(request(twice, configOf()))).text).to.equal(twice.replace(',reset,reset', ',reset'));
    const fixed = async (text: string) => (await fixText(request(text, configOf()), {unsafe: true})).text;
    const capped = route(
      'per_try_timeout: 2s, num_retries: 2, retry_back_off: {base_interval: 100ms, max_interval: 10s}',
    );
    expect(await fixed(capped)).to.equal(capped.replace('10s', '"200ms"'));
    const refused = route('per_try_timeout: 2s, retry_on: "reset,404"');
    expect(await fixed(refused)).to.equal(refused.replace(',404', ''));
  });

  it('report that a POST is retried if its methods are not restricted', async () => {
    const text = route('retry_on: "5xx"').replace('/v1/items, methods: [GET]', '/v1/orders, methods: [POST]');
    const [message] = await said(text, 'RL101');
    expect(message).to.match(/^POST \/v1\/orders is retried without an idempotency key after 5xx, when the server may/);
    const [neutral] = await said(text.replace('orders', 'items'), 'RL101');
    expect(neutral).to.equal(
      'POST /v1/items is retried without an idempotency key after 5xx, when the server may have processed it. Send a key, or remove the trigger.',
    );
  });

  it('report nothing about a template', async () => {
    const template = `"\${RETRIES}"`;
    const text = route('retry_on: "per-try-timeout", num_retries: 3, per_try_timeout: 8s', '    timeout: 15s\n');
    expect(await codesOf(text)).to.include('RL303');
    expect(await codesOf(text.replace('num_retries: 3', `num_retries: ${template}`))).not.to.include('RL303');
  });

  it('report nothing about missing features: jitter, attempt timeouts, hints', async () => {
    const {attemptTimeoutMs: _, ...fields} = definition.fields;
    const poor = defineDialect({
      ...definition,
      fields,
      capabilities: {...capabilities, jitter: 'none', attemptTimeout: false, defaultBudget: false},
    });
    const text = route('retry_on: "5xx,429", num_retries: 3, retry_back_off: {base_interval: 1s, max_interval: 4s}');
    expect(poor.defaults.backoff.jitter).to.equal('none');
    expect(await codesOf(text, poor)).to.deep.equal([]);
  });

  it('allow a workflow longer waits', async () => {
    const workflow = defineDialect({...definition, capabilities: {...capabilities, kind: 'workflow'}});
    const attempts = route('num_retries: 8');
    expect(await codesOf(attempts)).to.include('RL201');
    expect(await codesOf(attempts, workflow)).not.to.include('RL201');
    expect(await codesOf(route('num_retries: 11'), workflow)).to.include('RL201');
    const waits = route(
      'num_retries: 3, retry_back_off: {base_interval: 60s, max_interval: 120s}',
      '    timeout: 300s\n',
    );
    expect(await codesOf(waits)).to.include('RL206');
    expect(await codesOf(waits, workflow)).not.to.include('RL206');
  });

  for (const code of rules.map(rule => rule.code).filter(each => arithmeticOf(each) !== undefined)) {
    it(`are explained in its durations: ${code}`, async () => {
      const rule = rules.find(each => each.code === code)!;
      const text = route(
        'num_retries: 3, per_try_timeout: 250ms, retry_back_off: {base_interval: 50ms, max_interval: 1s}',
      );
      const explained = renderText(await explainFile(rule, request(text, configOf())));
      expect(explained).not.to.match(/\d ms\b/);
    });
  }

  it('have the waits and the times of attempts in its durations', async () => {
    const rl303 = rules.find(({code}) => code === 'RL303')!;
    const text = route('num_retries: 2, per_try_timeout: 2s, retry_back_off: {base_interval: 50ms, max_interval: 1s}');
    const explained = renderText(await explainFile(rl303, request(text, configOf())));
    expect(explained).to.match(/0ms to 50ms +2\.05s +4\.05s/);
    expect(explained).to.contain('All attempts and waits need at most 6.15s');
  });

  it('leave a long duration as its files write it', () => {
    expect(gateway.words.ms(7_200_000)).to.equal('7200s');
    expect(native.words.ms(7_200_000)).to.equal('7200000 ms (2 hours)');
  });

  it('are explained with its defaults', async () => {
    const rl303 = rules.find(({code}) => code === 'RL303')!;
    const explanations = await explainFile(rl303, request(route('num_retries: 1, per_try_timeout: 2s'), configOf()));
    expect(explanations.map(({title}) => title)).to.deep.equal(['route GET /v1/items']);
    expect(renderText(explanations)).to.include('the deadline of 15s');
  });
});

describe('the definition of a dialect', () => {
  const jitter = {'backoff.jitter': {name: 'jitter'}, attemptTimeoutMs: {name: 'timeout'}};

  it('is refused if it has built-in jitter and a field for jitter', () => {
    expect(() => defineDialect({...definition, fields: jitter})).to.throw(
      TypeError,
      'The dialect gateway has a field for backoff.jitter, and its capabilities say jitter: "builtin".',
    );
  });

  it('is refused if its attempts have a timeout without a field for it', () => {
    expect(() => defineDialect({...definition, fields: {}})).to.throw(
      TypeError,
      'The dialect gateway has no field for attemptTimeoutMs, and its capabilities say attemptTimeout: true.',
    );
  });

  it('has the defaults that follow from its capabilities', () => {
    const fields = {'backoff.jitter': {name: 'jitter'}};
    const poor: typeof capabilities = {
      gatesByMethod: true,
      jitter: 'field',
      attemptTimeout: false,
      honorsHint: true,
      defaultBudget: false,
      kind: 'workflow',
    };
    const {defaults} = defineDialect({...definition, defaults: {}, capabilities: poor, fields});
    expect(defaults).to.deep.include({budget: null, breaker: null, deadlineMs: null, attemptTimeoutMs: null});
    expect(defaults.retryAfter.honor).to.equal(true);
    expect(defaults.backoff.jitter).to.equal('none');
    expect(defaults.idempotentMethods).not.to.include('POST');
  });
});
