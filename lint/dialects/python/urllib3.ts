/**
 * urllib3, in requests too: `Retry(total=3, backoff_factor=0.5, status_forcelist=[503])`, and the `max_retries` of an `HTTPAdapter`. The
 * first retry comes at once, which replaces a stale connection; where only connections are tried again, nothing is said of waits.
 */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import type {Retrier} from '../code/retrier.ts';
import {NO_WAITS, SHOWN, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {Given} from './given.ts';
import {type HttpRetry, methodsIn, setMethods, setStatuses, statusesIn} from './http-retry.ts';
import {libraryDialect, seconds} from './library.ts';
import {isBefore, type Packages} from './packages.ts';
import {retrierOf} from './retrier.ts';

const PARAMETERS = ['total', 'connect', 'read', 'redirect', 'status', 'other', 'allowed_methods', 'status_forcelist'];
const OTHERS =
  'method_whitelist backoff_factor backoff_max backoff_jitter raise_on_redirect raise_on_status history respect_retry_after_header remove_headers_on_redirect';
const RETRY =
  /^(?:urllib3(?:\.util)?(?:\.retry)?|requests\.packages\.urllib3\.util(?:\.retry)?|requests\.adapters)\.Retry$/;

const defaults = {maxAttempts: 11, backoff: {kind: 'constant', delayMs: 0, jitter: 'none'}} as const;

/** One more than retries are attempts. */
const retries = (name: string) => ({
  name,
  format: (value: unknown) => (value === 'unlimited' ? 'None' : String(Number(value) - 1)),
});

export const urllib3: Dialect = libraryDialect({
  name: 'urllib3',
  capabilities: {...IN_CODE, honorsHint: true},
  defaults: {...defaults, retryAfter: {honor: true, maxMs: 21_600_000}},
  fields: {
    maxAttempts: retries('total'),
    retryOn: {name: 'status_forcelist'},
    'match.methods': {name: 'allowed_methods'},
    'backoff.delayMs': seconds('backoff_factor'),
    'backoff.delaysMs': {name: 'backoff_factor'},
    'backoff.jitter': {name: 'backoff_jitter', format: () => 'some seconds'},
  },
  retriersIn: (module, source, packages) =>
    module.calls
      .filter(({name, parentheses}) => parentheses && RETRY.test(name))
      .map(call => read(call, module, source, packages)),
  argumentOf: ({path, value}) =>
    path === 'maxAttempts'
      ? ['total', Number(value) - 1]
      : path === 'backoff.delayMs'
        ? ['backoff_factor', Number(value) / 1000]
        : undefined,
  lists: {retryOn: 'status_forcelist'},
});

function read(call: Call, module: PythonModule, source: Source, packages: Packages | undefined): Shape {
  const given = new Given(call, module, PARAMETERS);
  const retrier = retrierOf(call, source, module, PARAMETERS);
  const statuses =
    call.isOpen && !given.has('status_forcelist') ? undefined : statusesIn(given.get('status_forcelist'), module);
  const reads = limitOf(given, 'read');
  const attempts = attemptsOf(given, reads, statuses?.length !== 0);
  retrier.set('maxAttempts', attempts, given.at('total'));
  const waits = waitsOf(given, call);
  // At once is right for a connection, and wrong for a server that is overloaded.
  const hints = given.constant('respect_retry_after_header', true);
  // A 429 says when to come back.
  const overloads = statuses?.filter(({value}) => value !== 429 || hints === false);
  if (waits === undefined) retrier.unknown('backoff');
  else if (waits.kind === 'none' && overloads?.length === 0) setConnectionWaits(retrier, attempts);
  else setWaits(retrier, waits, attempts);
  const isOld = isBefore('2', 'urllib3', packages);
  // There is no jitter to ask for.
  if (isOld === true) retrier.unknown('backoff.jitter');
  const named = given.get('allowed_methods') ?? given.get('method_whitelist');
  const http: HttpRetry = {statuses, methods: methodsIn(named, module), repeatsLost: reads !== undefined && reads > 0};
  // With a Retry-After, 429 is tried again whether it is listed or not.
  const hinted = hints === true && !statuses?.some(({value}) => value === 429) ? [{value: 429, at: undefined}] : [];
  setStatuses(retrier, {...http, statuses: statuses && [...statuses, ...hinted]}, given.at('status_forcelist'));
  retrier.set(
    'retryAfter.honor',
    typeof hints === 'boolean' ? hints : undefined,
    given.at('respect_retry_after_header'),
  );
  setMethods(retrier, http, named && {start: named.value.from, end: named.value.to});
  if (isOld === false) reportRemoved(retrier, given, module);
  reportUnknown(retrier, call);
  return retrier.shape({
    what: 'urllib3',
    errors: 'some',
    errorsSpan: call.callee,
    remedy: '',
    isScript: module.isScript,
  });
}

/** At once, in a field that no argument has, so that no rule asks for a wait. */
function setConnectionWaits(retrier: Retrier, attempts: number | undefined): void {
  if (attempts === 1) return;
  const none = {kind: 'linear', baseMs: 0, stepMs: 0, capMs: 120_000, throttledBaseMs: 0, jitter: 'none'};
  for (const [field, value] of Object.entries(none)) retrier.set(`backoff.${field}`, value);
}

/** `method_whitelist` was renamed in urllib3 1.26, and 2.0 refuses it. A file that knows both names runs with both. */
function reportRemoved(retrier: Retrier, given: Given, module: PythonModule): void {
  const removed = given.get('method_whitelist');
  if (removed === undefined || module.says(/\ballowed_methods\b|\b__version__\b|\bTypeError\b/)) return;
  const {from: start, to: end} = removed.value;
  const message = 'is not an argument of Retry since urllib3 2.0, which raises a TypeError. Write allowed_methods';
  retrier.problem({kind: 'unknown-field', path: 'method_whitelist', message, meant: 'allowed_methods'}, {start, end});
}

/** A name that is nearly one of an argument. A subclass may have others. */
function reportUnknown(retrier: Retrier, {args}: Call): void {
  const known = [...PARAMETERS, ...OTHERS.split(' ')];
  for (const {name, nameSpan} of args) {
    const meant = name === undefined || known.includes(name) ? undefined : nearest(name, known);
    if (name === undefined || meant === undefined) continue;
    const message = `is not an argument of Retry, which raises a TypeError; did you mean "${meant}"?`;
    retrier.problem({kind: 'unknown-field', path: name, message, meant}, nameSpan);
  }
}

/** How many retries of one kind of failure: None for as many as the others allow, False for none. */
function limitOf(given: Given, name: string): number | undefined {
  const value = given.constant(name, name === 'total' ? 10 : null);
  if (value === null) return Infinity;
  return value === false ? 0 : typeof value === 'number' ? value : undefined;
}

/** The attempts at the kind of failure that is tried most often. */
function attemptsOf(given: Given, reads: number | undefined, hasStatuses: boolean): number | undefined {
  const [total, connects, statuses] = ['total', 'connect', 'status'].map(name => limitOf(given, name));
  if (total === undefined || connects === undefined || reads === undefined || statuses === undefined) return undefined;
  return 1 + Math.min(total, Math.max(connects, reads, hasStatuses ? statuses : 0));
}

function waitsOf(given: Given, call: Call): Waits | undefined {
  const [factor, capS] = [given.number('backoff_factor', 0), given.number('backoff_max', 120)];
  const jitter = given.number('backoff_jitter', 0);
  if (factor === undefined || capS === undefined || jitter === undefined) return undefined;
  const at = given.at('backoff_factor') ?? call.callee;
  if (factor <= 0 && jitter === 0) return {...NO_WAITS, at};
  const wait = (n: number, moreS: number): number => (n === 1 ? 0 : Math.min(factor * 2 ** (n - 1) + moreS, capS));
  const numbers = Array.from({length: SHOWN}, (_, index) => index + 1);
  return {
    ...NO_WAITS,
    kind: 'list',
    listS: numbers.map(n => wait(n, 0)),
    spreadsS: numbers.map(n => wait(n, jitter) - wait(n, 0)),
    jitter,
    at,
    jitterAt: given.at('backoff_jitter'),
  };
}

export const requests: Dialect = libraryDialect({
  name: 'requests',
  capabilities: IN_CODE,
  defaults: {...defaults, maxAttempts: 1},
  fields: {maxAttempts: retries('max_retries'), 'backoff.jitter': {name: 'max_retries'}},
  retriersIn: (module, source) =>
    module.calls
      .filter(({name, parentheses}) => parentheses && name === 'requests.adapters.HTTPAdapter')
      .flatMap(call => adapter(call, module, source)),
});

/** An integer, for connections and for safe methods whose answer got lost. Anything else is a `Retry`, which is read where it is made. */
function adapter(call: Call, module: PythonModule, source: Source): Shape[] {
  const parameters = ['pool_connections', 'pool_maxsize', 'max_retries', 'pool_block'];
  const given = new Given(call, module, parameters);
  const count = given.number('max_retries', 0);
  if (count === undefined || !given.has('max_retries')) return [];
  const retrier = retrierOf(call, source, module, parameters);
  retrier.set('maxAttempts', count + 1, given.at('max_retries'));
  return [
    retrier.shape({what: 'requests', errors: 'some', errorsSpan: call.callee, remedy: '', isScript: module.isScript}),
  ];
}
