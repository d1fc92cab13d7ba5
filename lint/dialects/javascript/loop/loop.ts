/** Retry loops that are written by hand: `for (let attempt = 0; attempt < 3; attempt++)`, `while (true)` with a counter. */

import type {CodeFacts} from '../../../shape/code.ts';
import type {Shape} from '../../../shape/shape.ts';
import type {JsModule} from '../../../source/javascript/module.ts';
import {type JsNode, nodeIn, spanOf} from '../../../source/javascript/syntax.ts';
import {noOptions} from '../../../source/javascript/tree.ts';
import type {Source, Span} from '../../../source/tree.ts';
import {IN_CODE} from '../../code/capabilities.ts';
import {Retrier} from '../../code/retrier.ts';
import {setSchedule} from '../../code/schedule.ts';
import type {Dialect} from '../../dialect.ts';
import {formatNumber} from '../../format-number.ts';
import {setBody, setPost} from '../body.ts';
import {jsDialect} from '../library.ts';
import {recognise} from './recognise.ts';
import type {RetryLoop} from './retry-loop.ts';
import type {Trial} from './run.ts';
import {swallowedIn} from './swallowed.ts';

const wait = 'the wait';

export const loop: Dialect = jsDialect({
  name: 'loop',
  layer: 'code',
  words: ['catch', 'status', '.ok'],
  has: [/\b(?:for|while|do)\b\s*(?:\(|\{)/, /\bawait\b/],
  capabilities: IN_CODE,
  defaults: {maxAttempts: 'unlimited', backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'}},
  fields: {
    maxAttempts: {
      name: 'the number of attempts',
      format: value => (value === 'unlimited' ? 'not limited' : String(value)),
    },
    backoff: {name: wait},
    'backoff.kind': {name: wait},
    'backoff.delayMs': {name: wait},
    'backoff.baseMs': {name: wait},
    'backoff.factor': {name: 'the factor'},
    'backoff.capMs': {name: wait},
    'backoff.stepMs': {name: 'the step'},
    'backoff.delaysMs': {
      name: wait,
      format: value => (Array.isArray(value) ? value.map(formatNumber).join(', ') : String(value)),
    },
    'backoff.jitter': {name: 'the jitter'},
    retryingLayers: {name: 'the loop'},
    'match.methods': {name: 'the method'},
    'match.path': {name: 'the URL'},
  },
  *retriersIn(module, source): Iterable<Shape> {
    const places = new Map<string, number>();
    for (const node of module.loops) {
      const found = recognise(node, module);
      if (found === undefined) continue;
      const place = module.placeOf(node);
      const count = (places.get(place) ?? 0) + 1;
      places.set(place, count);
      yield read(found, node, source, module, {place, word: count === 1 ? 'loop' : `loop${count}`});
    }
  },
});

function read(
  found: RetryLoop,
  node: JsNode,
  source: Source,
  module: JsModule,
  {place, word}: {readonly place: string; readonly word: string},
): Shape {
  const {head, caught, refused, tried} = found;
  const retrier = new Retrier(source, noOptions(head.span), head.span, place, word);
  const trials = [...caught, ...refused].map(({trial}) => trial);
  setAttempts(retrier, trials, head.span, isBoundedElsewhere(node, module));
  setWaitsOf(retrier, trials, tried.kind === 'certain', head.span);
  const errors = errorsOf(found);
  const isAmbiguous = caught.some(({isTested}) => !isTested) || refused.some(each => each.isAmbiguous);
  const isAnswered = refused.some(each => each.isAmbiguous);
  retrier.set('retryOn', [
    ...(caught.some(({isTested}) => !isTested) || !isAnswered ? ['network', 'timeout'] : []),
    ...(isAnswered ? ['5xx'] : []),
  ]);
  setBody(retrier, head.body, module, spanOf(nodeIn(tried.node, 'callee') ?? tried.node), errors);
  if (isAmbiguous && !retrier.isSet('match.methods')) setPost(retrier, head.body, module);
  const broad = caught.find(({isTested}) => !isTested)?.handler;
  return retrier.shape({
    what: 'this loop',
    errors,
    errorsSpan: broad === undefined ? head.span : keywordOf(broad),
    remedy: 'if (!isTransient(error)) throw error',
    swallowed: swallowedIn(found, module),
    isScript: false,
  });
}

/** The word `catch`. */
const keywordOf = (handler: JsNode): Span => {
  const {start} = spanOf(handler);
  return {start, end: start + 'catch'.length};
};

function errorsOf({caught, refused}: RetryLoop): CodeFacts['errors'] {
  if (caught.length === 0) return 'some';
  if (caught.some(({isTested}) => isTested)) return 'unknown';
  // An answer whose status is looked at is no error of `fetch`.
  if (caught.every(({isNetwork}) => isNetwork)) return 'some';
  return refused.length > 0 ? 'unknown' : 'every';
}

/** Known where all ways to fail agree: one that is not counted may be meant. */
function setAttempts(retrier: Retrier, trials: readonly Trial[], at: Span, isOpen: boolean): void {
  const counts = trials.map(({attempts}) => attempts);
  const isEndless = counts.every(count => count === Infinity);
  if (counts.includes(undefined) || (counts.includes(Infinity) && (!isEndless || isOpen)))
    retrier.unknown('maxAttempts', at);
  else retrier.set('maxAttempts', isEndless ? 'unlimited' : Math.max(...counts.map(count => count ?? 0)), at);
}

/** The trials wait milliseconds. */
function setWaitsOf(retrier: Retrier, trials: readonly Trial[], isCertain: boolean, shown: Span): void {
  const sleep = trials.flatMap(({sleeps}) => sleeps)[0];
  const timed = trials.map(({waits, attempts, mayWait}) => ({
    attempts,
    mayWait,
    waits: waits.map(each => each && {lo: each.lo / 1000, hi: each.hi / 1000}),
  }));
  setSchedule(retrier, timed, isCertain, sleep === undefined ? shown : spanOf(sleep));
}

/** A clock, a signal or a limit of time around it may end it. */
const isBoundedElsewhere = (node: JsNode, module: JsModule): boolean =>
  /deadline|Date\.now\(|performance\.now\(|elapsed|timedOut|signal|abort|stop|cancel|shutdown|isRunning|closed/i.test(
    module.textOf(node),
  );
