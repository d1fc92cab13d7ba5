/** Policies that the client accepts, and the slips that get into them: each is one that retry-lint has a safe fix for, or may have. */
import fc from 'fast-check';
import {stringify} from 'yaml';
import {METHODS, PATHS} from './traffic.ts';

type Json = Record<string, unknown>;

/** A policy as a user writes it. */
export interface Written {
  readonly path: string;
  readonly text: string;
}

const one = fc.constantFrom;
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc.record(fields, {requiredKeys: required});
const orNull = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({weight: 1, arbitrary: fc.constant(null)}, {weight: 1, arbitrary: value});

const jitter = one('none', 'full', 'equal', 'decorrelated');
const waitMs = one(0, 20, 100, 400, 1500);
const backoff = fc.oneof(
  some({
    kind: one('exponential'),
    baseMs: waitMs,
    throttledBaseMs: waitMs,
    factor: one(1, 2, 4),
    capMs: one(300, 5000),
    jitter,
  }),
  some({kind: one('linear'), baseMs: waitMs, stepMs: waitMs, capMs: one(300, 5000), jitter}, 'kind'),
  some({kind: one('constant'), delayMs: waitMs, throttledBaseMs: waitMs, jitter}, 'kind'),
  some({kind: one('list'), delaysMs: fc.array(waitMs, {minLength: 1, maxLength: 6}), jitter}, 'kind'),
);
const budget = fc.oneof(
  some(
    {kind: one('token-bucket'), capacity: one(0, 14, 30), retryCost: one(5, 14), refillPerMinute: one(0, 14, 60)},
    'kind',
  ),
  some({kind: one('ratio'), ratio: one(0, 0.1, 0.5), minPerSecond: one(0, 1)}, 'kind'),
);
const breaker = fc.oneof(
  some(
    {
      kind: one('ratio'),
      failureRatio: one(0.3, 0.7),
      minCalls: one(4, 8),
      openMs: one(300, 2000),
      scope: one('origin', 'route'),
    },
    'kind',
  ),
  some({kind: one('consecutive'), failures: one(3, 6), openMs: one(300, 2000), probes: one(1, 3)}, 'kind'),
);
const trigger = one(404, 408, 409, 429, 500, 502, 503, '4xx', '5xx', 'network', 'timeout');
const methods = fc.uniqueArray(one(...METHODS), {minLength: 1, maxLength: 4});

const fields = {
  maxAttempts: one<unknown>(1, 1, 2, 3, 5, 'unlimited', null),
  deadlineMs: orNull(one(2000, 5000, 10_000)),
  attemptTimeoutMs: orNull(one(300, 1000, 3000)),
  retryOn: fc.uniqueArray(trigger, {minLength: 1, maxLength: 6}),
  idempotentMethods: methods,
  idempotency: orNull(some({methods})),
  backoff,
  budget: orNull(budget),
  breaker: orNull(breaker),
  concurrency: orNull(
    fc.oneof(
      some({max: one(2, 5), queue: one(0, 2)}, 'max'),
      some({kind: one('adaptive'), start: one(1, 3), min: one(1, 2), max: one(2, 5), queue: one(0, 20)}, 'kind', 'min'),
    ),
  ),
  quota: orNull(some({limits: one([{unit: 'requests', max: 3, perMs: 1000}], []), maxWaitMs: one(0, 2000, 60_000)})),
  paid: orNull(some({afterTimeout: fc.boolean(), maxPaidAttempts: one(1, 2)})),
  refusals: orNull(some({})),
  nested: one('observe', 'yield'),
  attemptHeader: one(null, 'x-attempt'),
  stream: orNull(some({commit: one('content', 'headers'), firstContentMs: one(100, 5000)})),
  retryAfter: some({honor: fc.boolean(), maxMs: one(100, 2000, 60_000), scope: one('call', 'origin')}),
  hedge: orNull(some({delayMs: one(30, 200), maxLoadRatio: one(0, 0.5, 1)}, 'delayMs')),
  deadlineHeader: one(null, 'x-deadline-ms'),
};

const match = some({methods, path: one(...PATHS, '/v1/**', '/**')});
const routes = fc.array(some({match, name: one('first', 'second'), ...fields}, 'match'), {maxLength: 3});
const policy = some({
  ...fields,
  routes,
  extends: one(['steadfetch:interactive'], ['steadfetch:payments']),
}) as fc.Arbitrary<Json>;

/** Replaces chance by generated numbers, so that a failing case shrinks. */
const place = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
const harmless = fc.record({kind: one('double', 'double', 'suppress'), at: place});
/** With one of these the client refuses the policy, so that there is no call to compare. */
const refused = fc.record({kind: one('misspell', 'preset', 'comma'), at: place});
const layout = one<readonly [ending: string, write: (value: Json) => string]>(
  ['json', value => JSON.stringify(value)],
  ['json', value => JSON.stringify(value, null, 2)],
  ['jsonc', value => JSON.stringify(value, null, 2)],
  ['yaml', value => stringify(value)],
  ['yaml', value => stringify(value, {indentSeq: false})],
);

export const written: fc.Arbitrary<Written> = fc
  .record({
    policy,
    slips: fc.array(harmless, {minLength: 1, maxLength: 4}),
    refusal: fc.oneof({weight: 3, arbitrary: fc.constant(null)}, {weight: 1, arbitrary: refused}),
    layout,
  })
  .map(({policy: meant, slips, refusal, layout: [ending, write]}) => {
    const value = structuredClone(meant);
    for (const {kind, at} of slips) SLIPS[kind](value, at);
    if (refusal !== null && refusal.kind !== 'comma') SLIPS[refusal.kind](value, refusal.at);
    const text = write(value);
    const isCut = refusal?.kind === 'comma' && ending !== 'yaml';
    return {path: `policy.${ending}`, text: isCut ? withoutComma(text, refusal.at) : text};
  });

const SLIPS = {
  /** An entry of a list stands there twice, or what a group names stands beside the group. */
  double(value: Json, at: number): void {
    const list = pick(listsOf(value), at);
    if (list === undefined) return;
    const entry = pick(list, (at * 7) % 1);
    const twin = entry === '5xx' ? 503 : entry === '4xx' ? 404 : entry;
    list.splice(
      Math.floor(((at * 31) % 1) * (list.length + 1)),
      0,
      typeof twin === 'string' && /^[A-Z]+$/.test(twin) && at < 0.5 ? twin.toLowerCase() : twin,
    );
  },

  suppress(value: Json, at: number): void {
    const rule = pick(['RL203', 'RL304', 'RL401'], at);
    const {disable = []} = (value['x-retry-lint'] ?? {}) as {disable?: unknown[]};
    value['x-retry-lint'] = {disable: [...disable, {rule, at: 'retryingLayers', reason: 'it was needed once'}]};
  },

  /** Two letters of a key change places. */
  misspell(value: Json, at: number): void {
    const [owner, key] = pick(keysOf(value), at) ?? [];
    if (owner === undefined || key === undefined) return;
    const middle = 2 + Math.floor(((at * 13) % 1) * (key.length - 4));
    const wrong = key.slice(0, middle) + key[middle + 1] + key[middle] + key.slice(middle + 2);
    const entries = Object.entries(owner).map(([name, inner]) => [name === key ? wrong : name, inner] as const);
    for (const name of Object.keys(owner)) delete owner[name];
    Object.assign(owner, Object.fromEntries(entries));
  },

  preset(value: Json): void {
    if (Array.isArray(value.extends))
      value.extends = value.extends.map(name => String(name).replace('m', 'mm').replace('v', 'vv'));
  },
} as const;

const pick = <T>(list: readonly T[], at: number): T | undefined => list[Math.floor(at * list.length)];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectsOf = (value: unknown): Json[] => {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return [...(isObject(value) ? [value] : []), ...inner.flatMap(objectsOf)];
};

const LISTS: ReadonlySet<string> = new Set(['retryOn', 'idempotentMethods', 'methods']);

const listsOf = (value: Json): unknown[][] =>
  objectsOf(value).flatMap(object =>
    Object.entries(object).flatMap(([key, list]) => (LISTS.has(key) && Array.isArray(list) ? [list] : [])),
  );

const keysOf = (value: Json): (readonly [owner: Json, key: string])[] =>
  objectsOf(value).flatMap(owner =>
    Object.keys(owner).flatMap(key => (/^[a-zA-Z]{7,}$/.test(key) ? [[owner, key] as const] : [])),
  );

function withoutComma(text: string, at: number): string {
  const commas = [...text.matchAll(/,/g)].map(({index}) => index);
  const index = pick(commas, at);
  return index === undefined ? text : `${text.slice(0, index)} ${text.slice(index + 1)}`;
}
