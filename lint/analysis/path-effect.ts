/** Effect of a second request by the path of a route: first by known paths, then by words. */

import type {Match} from '../../src/policy/types.ts';
import {isGrpcPath} from './grpc-path.ts';
import type {Effect, KnownPaths} from './known-path.ts';
import {knownReads} from './known-reads.ts';
import {knownWrites} from './known-writes.ts';
import {
  beforeVerbs,
  deeds,
  generic,
  misleading,
  nouns,
  owners,
  readers,
  second,
  type WordGroup,
  wordGroups,
  writesToo,
} from './path-words.ts';

export interface PathEffect {
  readonly effect: Effect;
  /** A clause: for `acts`, what may happen twice. Undefined if nothing is known. */
  readonly why: string | undefined;
  /** As in `KnownPaths`. */
  readonly generates?: true;
}

const NOTHING_KNOWN: PathEffect = {effect: 'unknown', why: undefined};

/** Cache, because several rules check every route. */
const asked = new WeakMap<Match, PathEffect>();

export function effectOf(match: Match | undefined): PathEffect {
  if (match === undefined) return NOTHING_KNOWN;
  const effect = asked.get(match) ?? knownOf(match) ?? wordsSay(match.path);
  asked.set(match, effect);
  return effect;
}

/** Whether a route covers every path, a whole API or a whole gRPC service. */
export function isBroad(match: Match | undefined): boolean {
  const path = match?.path;
  if (isGrpcPath(path)) return path?.endsWith('*') === true;
  return segmentsOf(path).every(isUntelling);
}

interface Pattern {
  readonly known: KnownPaths;
  readonly segments: readonly string[];
  readonly isWhole: boolean;
  /** Higher for patterns with more literal segments. */
  readonly weight: number;
}

/** By the last segment; under `*` those whose last segment has a wildcard. The one with the highest weight first. */
let patterns: ReadonlyMap<string, readonly Pattern[]> | undefined;

/** Built on first use, because most policies name no path. */
function patternsFor(last: string): readonly Pattern[] {
  patterns ??= Map.groupBy(
    [...knownReads, ...knownWrites]
      .flatMap(known => known.paths.map(path => patternOf(known, path)))
      .sort((a, b) => b.weight - a.weight),
    ({segments}) => (segments.at(-1)?.includes('*') === false ? segments.at(-1)! : '*'),
  );
  return patterns.get(last) ?? [];
}

function patternOf(known: KnownPaths, path: string): Pattern {
  const segments = path === '**' ? [] : path.toLowerCase().replace(/^\//, '').split('/');
  const literals = segments.filter(segment => segment !== '*').length;
  const weight = literals * 100 + segments.length + (known.hosts === undefined ? 0 : 10_000);
  return {known, segments, isWhole: path.startsWith('/'), weight};
}

function knownOf({origin, path}: Match): PathEffect | undefined {
  const host = origin === undefined ? undefined : URL.parse(origin)?.hostname;
  const segments = segmentsOf(path).map(segment => segment.toLowerCase());
  const matches = ({known, segments: wanted, isWhole}: Pattern): boolean => {
    const from = segments.length - wanted.length;
    if (from < 0 || (isWhole && from > 0) || !isAt(known, host)) return false;
    return wanted.every((pattern, index) => fits(pattern, segments[from + index]!));
  };
  const literal = patternsFor(segments.at(-1) ?? '').find(matches);
  const wildcard = patternsFor('*').find(matches);
  const known = ((wildcard?.weight ?? 0) > (literal?.weight ?? 0) ? wildcard : literal)?.known;
  // Below a path that reads others may write: /v1/messages/batches.
  return known?.effect === 'harmless' && path?.endsWith('/**') ? {...known, effect: 'unknown'} : known;
}

/** Without an origin, a path of models is taken for one. */
const isAt = ({generates, hosts}: KnownPaths, host: string | undefined): boolean =>
  hosts === undefined ||
  (host === undefined ? generates === true : hosts.some(name => host === name || host.endsWith(`.${name}`)));

/** A pattern has at most one wildcard. */
function fits(pattern: string, segment: string): boolean {
  const wildcard = pattern.indexOf('*');
  if (wildcard === -1) return pattern === segment;
  const [start, end] = [pattern.slice(0, wildcard), pattern.slice(wildcard + 1)];
  return segment.length > start.length + end.length && segment.startsWith(start) && segment.endsWith(end);
}

/** Segments without endings such as `.json`, and without a final `**`, which also matches the parent. */
const segmentsOf = (path = ''): string[] =>
  path
    .replace(/(?:\/\*\*)+$/, '')
    .split('/')
    .slice(1)
    .filter(segment => segment !== '')
    .map(segment => segment.replace(/\.(?:json|xml|php)$/i, ''));

const isUntelling = (segment: string): boolean => /^\**$/.test(segment) || generic.test(segment);

/** The last name decides, and a verb whatever stands before it. If it has no known word, its parents do: `/search/hotels`, `/orders/{id}/items`. */
function wordsSay(path: string | undefined): PathEffect {
  const isRpc = isGrpcPath(path);
  const segments = segmentsOf(path);
  const names = segments.filter(segment => !isUntelling(segment)).slice(isRpc ? 1 : 0);
  const isBelow = names.length > 1 && names.at(-2) === segments.at(-2);
  const groups = names.map((name, index) => {
    const group = groupOf(nameOf(name), isRpc);
    // POST /payments/{id}/fees may add a fee, and POST /quote/accept accepts one.
    return group?.alone && (!isBelow || index < names.length - 1) ? undefined : group;
  });
  const last = groups.pop();
  const above = groups.at(-1);
  const word = nameOf(names.at(-1) ?? '').toLowerCase();
  if (last?.effect === 'acts') {
    const isVerb = byVerb.has(word) && !nouns.test(word);
    return isVerb || !groups.some(group => group?.effect === 'harmless') ? last : NOTHING_KNOWN;
  }
  if (last !== undefined) return last;
  const isAsked = above?.effect === 'harmless' && isBelow && !deeds.test(word);
  return (isAsked ? above : groups.find(group => group?.below)) ?? NOTHING_KNOWN;
}

/** `documents:batchGet` and `chat.postMessage` end with the verb. */
const nameOf = (segment: string): string =>
  segment
    .replace(/^.*[:.](?=[^:.]*[a-z])/i, '')
    .replaceAll('*', '')
    .replace(/cash[-_]?out|dry[-_]?run|top[-_]?up|what[-_]?if/i, words => words.replace(/[-_]/, '').toLowerCase());

const MIXED: PathEffect = {effect: 'acts', why: 'it may be written twice'};
const READ: PathEffect = {effect: 'harmless', why: undefined};

interface Group extends PathEffect {
  readonly below?: true;
  readonly alone?: true;
}

function groupOf(name: string, isRpc: boolean): Group | undefined {
  const words = wordsOf(name);
  while (words.length > 1 && beforeVerbs.has(words[0]!)) words.shift();
  const phrase = words.join(' ');
  if (misleading.test(phrase)) return NOTHING_KNOWN;
  const thing = thingOf(words, isRpc);
  const isRead = owners.test(phrase) && thing !== undefined && thing.effect !== 'acts';
  const group = readers.test(phrase) ? READ : isRead ? thing : (byVerb.get(words[0] ?? '') ?? thing);
  if (group?.effect === 'acts') return group;
  const then = second.exec(phrase)?.[1] ?? '';
  const other = byVerb.get(then);
  if (other?.effect === 'acts') return other;
  if (group?.effect !== 'harmless') return group;
  if (writesToo.test(phrase)) return MIXED;
  return deeds.test(then) ? undefined : (other ?? group);
}

/** gRPC methods have no resource names. Elsewhere the end of a longer name counts if it is plural: `salesOrders`, but not `sortOrder`. */
function thingOf(words: readonly string[], isRpc: boolean): WordGroup | undefined {
  const last = words.at(-1) ?? '';
  const group = byThing.get(last);
  if (group?.alone && words.length > 1) return undefined;
  if (group?.effect !== 'acts') return group;
  return !isRpc && (words.length === 1 || last.endsWith('s')) ? group : undefined;
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(word => word !== '');

const indexBy = (field: 'verbs' | 'things'): ReadonlyMap<string, WordGroup> =>
  new Map(wordGroups.flatMap(group => group[field]?.split(' ').map(word => [word, group] as const) ?? []));
const byVerb = indexBy('verbs');
const byThing = indexBy('things');

/** Verbs whose effect adds up. */
const ACTIONS: ReadonlySet<string> = new Set(
  'buy capture debit decrement deduct disburse dispatch enqueue execute increment notify pay publish reboot recharge redeem refund resend reserve restart run send sendmail sendmsg sendsms topup transfer trigger withdraw'.split(
    ' ',
  ),
);

/** Those that are nouns, too: with an id below, the request reads one. */
const THINGS = /^(?:capture|debit|dispatch|re(?:charge|fund|serve)|run|topup|tr(?:ansfer|igger))$/;

/** A queue, and a word for its next entry, which the request may take away; and nouns that are verbs, too. */
const MAY_ACT = /\/(?:jobs|queues?|tasks)(?:\/\*)?\/(claim|dequeue|lease|next|pop|reserve|take)$|\/(charge|purchase)$/i;

/** Verbs that change something, and find it done the second time: `/delete`, `/cancelOrder`. */
const DONE =
  /^(?:(?:de)?activate|approve|authori[sz]e|cancel|confirm|delete|deploy|(?:dis|en)able|erase|flush|kill|purge|reject|remove|reset|revoke|rollback|shutdown|terminate|unsubscribe|wipe)(?:[A-Z]\w*[a-rt-z])?(?:\.\w+)?$/;

/** Below these a verb is the name of a setting. */
const SETTINGS = /\/(?:config\w*|f(?:eature|lag)s?|options|permissions|preferences|rules|settings)\//i;

export interface ActingWord {
  readonly word: string;
  /** False where it may also look at the next entry, and leave it there, or read a charge; and for a verb that finds all done the second time. */
  readonly isCertain: boolean;
  readonly isDone?: boolean;
}

/** A verb, a hyphen and what the verb acts on. With any other noun the two are a name: `/pay-slips`, `/transfer-market`. */
const WITH_OBJECT =
  /^(?:(?:re)?send.(?:emails?|mails?|messages?|money|notifications?|otp|push|sms|text)|(?:pay|refund|transfer|withdraw).(?:bill|funds|invoice|money|payment)|(?:execute|run|trigger).(?:job|task)|re(?:boot|start).(?:device|router|server|service))(?![-_]?[a-z])/i;

/** The verb with which the last name of a path begins: `/cgi-bin/send`, `/api/sendMessage`, `/send-sms`, `/delete/*`; `next` of a queue. */
export function actingWordOf(path = ''): ActingWord | undefined {
  const bare = path.replace(/\/\*+$/, '');
  const last = bare.split('/').at(-1) ?? '';
  const name = last.replace(/^[A-Z]/, letter => letter.toLowerCase());
  const word = /^[a-z]+/.exec(name)?.[0] ?? '';
  const isName = /^[a-z]+[-_]/i.test(last) && !WITH_OBJECT.test(last);
  const sends = /\/(sms)\/(?:json|xml)$/i.exec(path)?.[1];
  if (SETTINGS.test(path) || (path.length - bare.length === 2 && THINGS.test(word))) return undefined;
  if (sends !== undefined || (ACTIONS.has(word) && !isName) || /\/orders?\/place$/i.test(path))
    return {word: sends ?? word, isCertain: bare === path};
  const isDone = DONE.test(name);
  return isDone || MAY_ACT.test(path) ? {word, isCertain: false, isDone} : undefined;
}
