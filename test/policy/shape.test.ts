/** Compares the reader of policies with ajv: both accept and refuse the same values, in randomly changed policies. */
import {expect} from 'chai';
import fc from 'fast-check';
import {expects} from '../../schema/emit/words.ts';
import {formatValue} from '../../src/policy/format.ts';
import {presets} from '../../src/policy/presets.ts';
import {said} from '../../src/policy/shape.ts';
import {policyShape} from '../../src/policy/shapes.ts';
import {checkOverrides, checkPolicy} from '../../src/policy/validate.ts';
import {runs} from '../support/runs.ts';
import {fitsOverrides, fitsPolicy, source as schema} from './reference.ts';

/** Every field there is, in some kind. */
const WHOLE: readonly object[] = [
  {
    $schema: './policy.schema.json',
    version: 1,
    name: 'predict',
    extends: ['steadfetch:llm'],
    maxAttempts: 3,
    deadlineMs: 1000,
    attemptTimeoutMs: 100,
    idleTimeoutMs: 100,
    retryOn: [503, '5xx', 'network', 'UNAVAILABLE'],
    idempotentMethods: ['GET'],
    idempotency: {header: 'Idempotency-Key', methods: ['POST'], format: 'sf-string'},
    backoff: {kind: 'exponential', baseMs: 1, throttledBaseMs: 1, factor: 2, capMs: 1, jitter: 'full'},
    retryAfter: {honor: true, maxMs: 1, scope: 'origin'},
    budget: {kind: 'token-bucket', capacity: 1, retryCost: 1, throttledCost: 1, refillPerMinute: 1.5},
    breaker: {
      kind: 'ratio',
      failureRatio: 0.5,
      windowMs: 100,
      minCalls: 1,
      openMs: 1,
      maxOpenMs: 1,
      probes: 1,
      scope: 'route',
    },
    concurrency: {max: 50, queue: 0},
    hedge: {delayMs: 1, quantile: 0.95, maxLoadRatio: 0.1},
    correlation: {header: 'x-id', requestIdHeader: 'x-request-id', sendTo: ['https://api.example.com']},
    deadlineHeader: 'x-deadline',
    attemptHeader: 'x-attempt',
    nested: 'yield',
    replayLimitBytes: 1,
    routes: [{match: {methods: ['POST'], origin: 'https://a.test', path: '/v1/*'}, name: 'r', backoff: {baseMs: 25}}],
    objective: {
      latencyMs: {p50: 1, p95: 2, p99: 3, max: 4},
      successRatio: 0.99,
      instances: 4,
      assume: {rps: 50, latencyMs: {p50: 180}, failureRatio: 0.1, hangRatio: 0.01},
    },
    retryingLayers: [{name: 'mesh', maxAttempts: 3}],
    'x-note': {anything: [1]},
  },
  {
    backoff: {kind: 'linear', baseMs: 1, throttledBaseMs: 1, stepMs: 1, capMs: 1, jitter: 'none'},
    budget: {kind: 'ratio', ratio: 0.1, windowMs: 100, minPerSecond: 1},
    breaker: {kind: 'consecutive', failures: 5, openMs: 1, maxOpenMs: 1, probes: 1, scope: 'origin'},
    correlation: {sendTo: 'all'},
  },
  {backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'equal'}, budget: null, correlation: null},
  {backoff: {kind: 'list', delaysMs: [1, 2], throttledBaseMs: 1, jitter: 'decorrelated'}, breaker: null},
];
const OVERRIDES = {
  maxAttempts: 'unlimited',
  retryOn: [503],
  hedge: {delayMs: 1},
  budget: null,
  breaker: null,
  concurrency: null,
  correlationId: 'a-1',
  idempotencyKey: 'key',
};

/** Every number of the schema, and its neighbors. */
const NUMBERS = [...new Set(Array.from(JSON.stringify(schema).matchAll(/-?\d+(?:\.\d+)?/g), ([text]) => Number(text)))]
  .filter(value => value < 1e19)
  .flatMap(value => [value - 1, value, value + 1, value + 0.5]);
const TEXTS = [
  '',
  ' ',
  'x',
  'GET',
  'a b',
  'ünï',
  '😀',
  '/a?b',
  '/ü/*',
  'https://a.test',
  'https://a.test/path',
  'HTTP://a.test:1',
  'line\nbreak',
  'end\n',
  '"',
  '\\',
  ...[32, 64, 128, 255, 300, 512].flatMap(length => [
    'a'.repeat(length),
    'a'.repeat(length + 1),
    `/${'😀'.repeat(length - 1)}`,
    `/${'😀'.repeat(length)}`,
    `https://${'a'.repeat(length - 8)}`,
    `https://${'a'.repeat(length - 7)}`,
  ]),
  ...Array.from(JSON.stringify(schema).matchAll(/"(?:const|enum)":\[?"([\w-]+)"/g), ([, word]) => word as string),
];
const OTHERS = [null, true, false, [], {}, [null], [1], ['GET'], {kind: 'list'}, {a: 1}, {match: {}}, [[]], [{}]];
const VALUES: readonly unknown[] = [
  ...new Set<unknown>([...NUMBERS, ...TEXTS, ...OTHERS]),
  ...(
    [
      [16, 'a'],
      [20, {name: 'n', maxAttempts: 1}],
      [40, 'GET'],
      [100, 1],
      [100, 'https://a.test'],
      [200, {match: {}}],
      [600, 503],
    ] as const
  ).flatMap(([most, item]) => [Array(most).fill(item), Array(most + 1).fill(item)]),
];

type Step = string | number;

function* places(value: unknown, path: readonly Step[] = []): Generator<readonly Step[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, child] of Object.entries(value)) yield* places(child, [...path, isList ? Number(key) : key]);
}

/** A copy with another value, or with none, in one place. */
function changed(value: unknown, [step, ...rest]: readonly Step[], change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? changed(item, rest, change) : item));
  const copy = {...(value as Record<string, unknown>)};
  const next = changed(copy[step], rest, change);
  if (next === undefined) delete copy[step];
  else copy[step] = next;
  return copy;
}

const same = (value: unknown, check: typeof checkPolicy, fits: (value: unknown) => boolean): void => {
  const problems = check(value);
  if ((problems.length === 0) !== fits(value))
    throw new Error(`ajv says ${fits(value)}, we say ${JSON.stringify(problems)}: ${JSON.stringify(value)}`);
};

describe('a policy is read as its schema says', () => {
  for (const [what, whole, check, fits] of [
    ...WHOLE.flatMap(policy => Object.entries(policy)).map(
      ([key, value]) => [`${key}: ${formatValue(value)}`, {[key]: value}, checkPolicy, fitsPolicy] as const,
    ),
    ['overrides', OVERRIDES, checkOverrides, fitsOverrides] as const,
  ])
    it(`${what}, with every value in every place`, () => {
      expect(check(whole)).to.deep.equal([]);
      for (const path of places(whole)) {
        for (const value of VALUES)
          same(
            changed(whole, path, () => value),
            check,
            fits,
          );
        if (path.length > 0)
          same(
            changed(whole, path, () => undefined),
            check,
            fits,
          );
        for (const key of ['x-any', 'zebra', 'kind', 'maxAttempts'])
          same(
            changed(whole, path, old =>
              typeof old === 'object' && old !== null && !Array.isArray(old) ? {...old, [key]: 1} : old,
            ),
            check,
            fits,
          );
      }
    });

  it('with several changes at once', () => {
    const policies = [...WHOLE, ...Object.values(presets)];
    const change = fc.record({at: fc.nat(), value: fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue({maxDepth: 2}))});
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.array(change, {minLength: 1, maxLength: 4}), (policy, changes) => {
        let value: unknown = policy;
        for (const {at, value: next} of changes) {
          const all = [...places(value)];
          value = changed(value, all[at % all.length]!, () => next);
        }
        same(value, checkPolicy, fitsPolicy);
        same(value, checkOverrides, fitsOverrides);
      }),
      {seed: 20, numRuns: runs(1000, 3000)},
    );
  });

  it('in the words of docs/policy.md', () => {
    const {properties} = schema as {properties: Record<string, object>};
    expect(properties).not.to.be.empty;
    for (const [key, node] of Object.entries(properties))
      expect(said(policyShape.fields[key]!), key).to.equal(expects(schema as never, node));
  });
});
