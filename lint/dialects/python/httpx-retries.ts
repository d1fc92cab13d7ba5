/** httpx-retries: `RetryTransport(retry=Retry(total=3, backoff_factor=0.5))`. Ten retries by default, at once, of safe methods. */

import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {NO_WAITS, SHOWN, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {Given} from './given.ts';
import {type HttpRetry, methodsIn, setMethods, setStatuses, statusesIn} from './http-retry.ts';
import {libraryDialect, seconds} from './library.ts';
import {retrierOf} from './retrier.ts';

const PARAMETERS = ['total', 'allowed_methods', 'status_forcelist', 'retry_on_exceptions', 'backoff_factor'];

export const httpxRetries: Dialect = libraryDialect({
  name: 'httpx-retries',
  capabilities: {...IN_CODE, honorsHint: true},
  defaults: {
    maxAttempts: 11,
    backoff: {kind: 'constant', delayMs: 0, jitter: 'none'},
    // A hint is cut to the longest wait.
    retryAfter: {honor: true, maxMs: 120_000},
  },
  fields: {
    maxAttempts: {name: 'total', format: value => String(Number(value) - 1)},
    retryOn: {name: 'status_forcelist'},
    'match.methods': {name: 'allowed_methods'},
    'backoff.delayMs': seconds('backoff_factor'),
    'backoff.delaysMs': seconds('backoff_factor'),
    'backoff.jitter': {name: 'backoff_jitter', format: () => '1'},
  },
  retriersIn: (module, source) =>
    module.calls.flatMap(call => {
      if (call.parentheses === undefined) return [];
      if (/^httpx_retries(?:\.retry)?\.Retry$/.test(call.name)) return [read(call, module, source)];
      // Without a Retry of its own, it uses the defaults.
      const isBare = /^httpx_retries(?:\.transport)?\.RetryTransport$/.test(call.name) && !call.isOpen;
      const given = new Given(call, module, ['transport', 'retry']);
      // It has none of the arguments, so nothing can be written there.
      return isBare && !given.has('retry') ? [read({...call, args: [], parentheses: undefined}, module, source)] : [];
    }),
  argumentOf: ({path, value}) =>
    path === 'maxAttempts'
      ? ['total', Number(value) - 1]
      : path === 'backoff.delayMs'
        ? ['backoff_factor', Number(value) / 1000]
        : undefined,
  // Full jitter is the default.
  switches: {'backoff.jitter': 'backoff_jitter'},
  lists: {retryOn: 'status_forcelist'},
});

function read(call: Call, module: PythonModule, source: Source): Shape {
  const given = new Given(call, module, PARAMETERS);
  const retrier = retrierOf(call, source, module, PARAMETERS);
  const total = given.number('total', 10);
  retrier.set('maxAttempts', total === undefined ? undefined : total + 1, given.at('total'));
  const waits = waitsOf(given, call);
  if (waits === undefined) retrier.unknown('backoff');
  else setWaits(retrier, waits, total && total + 1);
  const http: HttpRetry = {
    statuses: given.has('status_forcelist') ? statusesIn(given.get('status_forcelist'), module) : DEFAULT_STATUSES,
    methods: methodsIn(given.get('allowed_methods'), module),
    // The default has timeouts and broken connections.
    repeatsLost: !given.has('retry_on_exceptions') && !call.isOpen,
  };
  setStatuses(retrier, http, given.at('status_forcelist'));
  // Without any, the default applies, which is safe.
  if (http.methods !== 'every') setMethods(retrier, http, given.at('allowed_methods'));
  return retrier.shape({
    what: 'httpx-retries',
    errors: 'some',
    errorsSpan: call.callee,
    remedy: '',
    isScript: module.isScript,
  });
}

const DEFAULT_STATUSES = [429, 502, 503, 504].map(value => ({value, at: undefined}));

function waitsOf(given: Given, call: Call): Waits | undefined {
  const [factor, capS] = [given.number('backoff_factor', 0), given.number('max_backoff_wait', 120)];
  const ratio = given.number('backoff_jitter', 1);
  if (factor === undefined || capS === undefined || ratio === undefined) return undefined;
  const at = call.callee;
  if (factor === 0) return {...NO_WAITS, at: given.at('backoff_factor') ?? at};
  const factors = Array.from({length: SHOWN}, (_, index) => factor * 2 ** (index + 1));
  const listS = factors.map(wait => Math.min(wait, capS));
  const spreadsS = factors.map((wait, index) => listS[index]! - Math.min(wait * (1 - ratio), capS));
  const jitter = ratio === 0 ? 'none' : 'full';
  return {...NO_WAITS, kind: 'list', listS, spreadsS, jitter, at, jitterAt: given.at('backoff_jitter')};
}
