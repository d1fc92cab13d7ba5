/** Random wrong policies: fields of the schema with values that they must not have, and fields that do not exist. */
import {seededRandom} from '../../src/core.ts';
import {leavesOfCall, leavesOfPolicy, leavesOfRoute} from '../options/leaves.ts';

const VALUES: readonly unknown[] = [
  -1,
  0,
  0.5,
  1,
  1.5,
  3,
  101,
  1e6,
  1e16,
  Number.NaN,
  Infinity,
  '',
  'GET',
  'many',
  '5',
  '/a/*',
  'https://a.test',
  'https://a.test/path?x',
  'unlimited',
  'ratio',
  'no such word\n',
  true,
  false,
  null,
  undefined,
  [],
  ['GET'],
  [1, 'x'],
  {},
  {kind: 'linear'},
  {kind: 'none'},
  new Date(0),
  () => 1,
  Symbol('x'),
  10n,
];

/** Right ones, whose parts are changed. */
const BASES: readonly object[] = [
  {},
  {deadlineMs: 1000, attemptTimeoutMs: 500, hedge: {delayMs: 100}, backoff: {baseMs: 10, capMs: 100}},
  {
    endpoints: [
      {name: 'eu', origin: 'https://eu.test'},
      {name: 'us', origin: 'https://us.test'},
    ],
    concurrency: {kind: 'adaptive', start: 5, min: 1, max: 9},
    quota: {limits: [{unit: 'requests', max: 5, perMs: 1000}]},
  },
  {idempotency: {}, paid: {}, stream: {}, refusals: {}, breaker: {kind: 'ratio'}, budget: {kind: 'ratio'}},
];

type Pick = <T>(choices: readonly T[]) => T;

const POLICY = leavesOfPolicy().map(({path}) => path);
const ROUTE = leavesOfRoute().map(({path}) => `routes[].${path}`);
const CALL = leavesOfCall().map(({path}) => path);

/** @param count Of policies; after them come a quarter as many overrides of a call. */
export function wrongPolicies(
  count: number,
  seed: number,
): {readonly policies: object[]; readonly overrides: object[]} {
  const random = seededRandom(seed);
  const pick: Pick = choices => choices[Math.floor(random() * choices.length)]!;
  const make = (base: object, paths: readonly string[]): object => {
    const policy = structuredClone(base) as Record<string, unknown>;
    const changes = pick([1, 1, 1, 2, 3]);
    for (let change = 0; change < changes; change++) set(policy, pick(paths), pick(VALUES), pick);
    return policy;
  };
  const all = [...POLICY, ...ROUTE];
  return {
    policies: Array.from({length: count}, () => make(pick(BASES), all)),
    overrides: Array.from({length: count / 4}, () => make({}, CALL)),
  };
}

/** @param path As in leaves.ts. One time in ten, a letter of a name is missing. */
function set(policy: Record<string, unknown>, path: string, value: unknown, pick: Pick): void {
  let at = policy;
  const names = path.split('.');
  for (const [index, part] of names.entries()) {
    const [, name, kind, isList] = /^([^([]+)(?:\((.*?)\))?(\[\])?$/.exec(part)!;
    const isTypo = pick([true, ...Array.from({length: 9}, () => false)]) && name!.length > 2;
    const key = isTypo ? name!.slice(0, 1) + name!.slice(2) : name!;
    const isLast = index === names.length - 1;
    if (isLast) at[key] = isList ? [value] : value;
    else {
      const list = Array.isArray(at[key]) ? (at[key] as unknown[]) : [];
      const before = isList ? list[0] : at[key];
      const next: Record<string, unknown> =
        typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {};
      if (kind !== undefined) next.kind = kind;
      at[key] = isList ? [next, ...list.slice(1)] : next;
      at = next;
    }
  }
}
