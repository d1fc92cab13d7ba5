/**
 * The conditions after which Envoy retries, which Istio and Envoy Gateway pass on:
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on.
 */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Match, RetryTrigger} from '../../../src/policy/types.ts';
import type {Place} from '../../source/places.ts';
import {type Facts, isTemplate, itemsOf, scalarOf, textOf} from './facts.ts';

interface Condition {
  /** How a policy says it. */
  readonly means: readonly RetryTrigger[];
  /** Whether the server may have acted. */
  readonly isAmbiguous?: true;
  /** Whether an attempt that took too long is retried, too. */
  readonly isLate?: true;
}

const GRPC: Condition = {means: ['UNAVAILABLE']};
/** The request was not sent, or not read. */
const UNSENT: Condition = {means: ['network']};

const CONDITIONS: Readonly<Record<string, Condition>> = {
  '5xx': {means: ['5xx', 'network', 'timeout'], isAmbiguous: true, isLate: true},
  'gateway-error': {means: [502, 503, 504, 'network', 'timeout'], isAmbiguous: true, isLate: true},
  reset: {means: ['network', 'timeout'], isAmbiguous: true, isLate: true},
  'reset-before-request': UNSENT,
  'connect-failure': UNSENT,
  'refused-stream': UNSENT,
  'http3-post-connect-failure': UNSENT,
  'envoy-ratelimited': UNSENT,
  'retriable-4xx': {means: [409]},
  'retriable-status-codes': {means: []},
  'retriable-headers': {means: []},
  cancelled: GRPC,
  unavailable: GRPC,
  'resource-exhausted': GRPC,
  'deadline-exceeded': {means: ['DEADLINE_EXCEEDED'], isAmbiguous: true},
  internal: {means: ['INTERNAL'], isAmbiguous: true},
};

/** After a 503 a server has most often done nothing, and Istio retries it by default. */
const isAmbiguousStatus = (status: number): boolean => status >= 500 && status !== 503;

export interface Word {
  readonly word: string;
  readonly place: Place;
}

/** The words of a text with commas between them, each with its own place. */
export function wordsOf(place: Place | undefined): Word[] {
  const text = place?.node.kind === 'scalar' ? String(place.node.value) : '';
  if (place === undefined || isTemplate(place.node)) return [];
  const {span} = place.node;
  const written = place.unit.source.text.slice(span.start, span.end);
  let from = 0;
  return text.split(',').flatMap(part => {
    const word = part.trim();
    const at = written.indexOf(word, from);
    if (word === '') return [];
    if (at < 0) return {word, place};
    from = at + word.length;
    const node = {kind: 'scalar' as const, span: {start: span.start + at, end: span.start + from}, value: word};
    return {word, place: {...place, keySpan: undefined, node}};
  });
}

export const listedWords = (list: Place | undefined): Word[] =>
  itemsOf(list).flatMap(place => {
    const word = textOf(place);
    return word === undefined || isTemplate(place.node) ? [] : [{word, place}];
  });

export interface Conditions {
  readonly isLate: boolean;
  /** In the words of the file. */
  readonly ambiguous: readonly string[];
  readonly has: (word: string) => boolean;
}

const STATUS = /^[1-5]\d\d$/;

/**
 * Reads the conditions of a route into a policy, and reports those that do not exist.
 *
 * @param place The place of all of them.
 * @param words Conditions, and statuses where the file may write them among those.
 */
export function readConditions(
  facts: Facts,
  place: Place,
  words: readonly Word[],
  statuses: readonly Place[] = [],
): Conditions {
  const codes = statuses.flatMap(each => {
    const status = scalarOf(each);
    return typeof status === 'number' ? [{word: String(status), place: each}] : [];
  });
  const all = [...words, ...codes];
  const triggers: {trigger: RetryTrigger; place: Place}[] = [];
  for (const {word, place: at} of all) {
    const condition = Object.hasOwn(CONDITIONS, word) ? CONDITIONS[word] : undefined;
    if (condition !== undefined) triggers.push(...condition.means.map(trigger => ({trigger, place: at})));
    else if (STATUS.test(word)) triggers.push({trigger: Number(word), place: at});
    else {
      const near = nearest(word, Object.keys(CONDITIONS));
      facts.wrong(at, `must name conditions of Envoy such as "${near ?? 'connect-failure'}"`);
    }
  }
  facts.triggers(place, triggers);
  const statusesAlone = triggers.flatMap(({trigger}) => (typeof trigger === 'number' ? [trigger] : []));
  if (statusesAlone.length === triggers.length && statusesAlone.some(status => status >= 500))
    facts.remark(
      'RL408',
      place,
      'A refused connection is not retried: statuses come from a server that answered. Add connect-failure.',
      {severity: 'info'},
    );
  const has = (word: string): boolean => all.some(each => each.word === word);
  const codeWord = words.find(({word}) => word === 'retriable-status-codes');
  const hasCodes = all.some(({word}) => STATUS.test(word));
  if (codeWord !== undefined && !hasCodes && statuses.length === 0)
    facts.remark(
      'RL405',
      codeWord.place,
      'retriable-status-codes has no effect: no status is listed. List the statuses, or remove it.',
    );
  const ambiguous = all.filter(
    ({word}) => CONDITIONS[word]?.isAmbiguous ?? (STATUS.test(word) && isAmbiguousStatus(Number(word))),
  );
  return {
    isLate: all.some(({word}) => CONDITIONS[word]?.isLate === true),
    ambiguous: [...new Set(ambiguous.map(({word}) => word))],
    has,
  };
}

/** What else a route says of its attempts. */
export interface RouteTimes {
  /** The place of the conditions; undefined where the default applies. */
  readonly written: Place | undefined;
  readonly perTry: Place | undefined;
  readonly isLate: boolean;
  /** How the file calls the conditions. */
  readonly name: string;
}

/** A timeout of an attempt does nothing for retries unless they come after timeouts, too. */
export function judgeTimes(facts: Facts, {written, perTry, isLate, name}: RouteTimes): void {
  if (isLate || facts.data.maxAttempts === 1) return;
  // An attempt that hangs would not be retried anyway.
  if (perTry === undefined) facts.times ??= 'whole';
  else if (!isTemplate(perTry.node))
    facts.remark(
      'RL408',
      perTry,
      `An attempt that takes ${scalarOf(perTry)} ends the call: ${written === undefined ? `without ${name} no timeout is` : `no condition of ${name} is for timeouts, so none is`} retried. Add reset where the calls may be repeated, or remove the timeout of attempts.`,
      written === undefined ? {severity: 'warning'} : {severity: 'info'},
    );
}

const SAFER =
  'Retry connect-failure, refused-stream and reset-before-request, or let the route match methods that may be repeated';

/** @param methods Undefined where the route may get any. */
export function judgeRepeats(
  facts: Facts,
  place: Place,
  ambiguous: readonly string[],
  methods: readonly string[] | undefined,
  path: string | undefined,
  remedy: string = SAFER,
): void {
  if (ambiguous.length === 0) return;
  const match: Match = {...(methods && {methods}), ...(path !== undefined && {path})};
  const on = path === undefined ? '' : ` on ${path}`;
  const what = methods === undefined ? `Every method${on}` : `${methods.join(' or ')}${on}`;
  facts.repeats.push({match, what, place, after: ambiguous, remedy});
}

/** A path as a policy matches it. */
export const below = (prefix: string): string | undefined =>
  /^\/+$/.test(prefix) ? undefined : `${prefix.replace(/\/+$/, '')}/**`;
