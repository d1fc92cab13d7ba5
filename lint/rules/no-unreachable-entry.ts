import {formatCount, formatList} from '../analysis/format.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {relatedTo} from '../analysis/related.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {covers} from '../analysis/route-cover.ts';
import {removing} from '../analysis/setting.ts';
import {entriesOf} from '../model/entries.ts';
import {hasSlipIn, isSure, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unreachableEntry: Rule = builtIn('RL407', {
  fields: [],
  reads: ['backoff', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'retryOn'],

  *check(scope, scopes) {
    yield* repeated(scope);
    yield* waitsWithoutRetry(scope);
    const {match} = scope;
    if (match === undefined || scope.own.entry !== undefined) return;
    if (isNeverPost(scope)) return yield withoutMethods(scope);
    const earlier = scopes.slice(0, scopes.indexOf(scope));
    const before = earlier.find(
      other => other.match !== undefined && !hasSlipIn(other, 'match') && covers(other.match, match),
    );
    if (before === undefined) return;
    const message = `${capital(scope.title)} never applies: ${before.title} comes first and matches all its calls. Move the narrower route up.`;
    yield {at: 'match', message, tag: 'unnecessary'};
  },
});

/** Whether a route for a gRPC method names methods of HTTP, and not the one that all calls of gRPC have. */
const isNeverPost = ({match}: Scope): boolean =>
  match?.methods !== undefined && isGrpcPath(match.path) && !match.methods.some(method => /^post$/i.test(method));

const withoutMethods = ({title, match}: Scope): Draft => ({
  at: 'match.methods',
  message: `${capital(title)} never applies: every gRPC call is a POST, and the route is for ${formatList(match?.methods ?? [], 'or')}. Remove methods.`,
  suggestions: [removing('Remove methods', 'match.methods')],
});

const LISTS = ['retryOn', 'idempotentMethods', 'idempotency.methods', 'match.methods'];

/** Entries that another entry of the list covers. */
function* repeated(scope: Scope): Iterable<Draft> {
  for (const path of LISTS) {
    const seen = new Set<string>();
    const entries = entriesOf(scope, path);
    const values = new Set<unknown>(entries.map(({value}) => value));
    for (const {value, at} of entries) {
      const word = String(value).toUpperCase();
      const group = groupOf(value, values);
      if (seen.has(word)) yield removal(at, `${value} is listed twice in ${scope.words.name(path)}. Remove one.`);
      else if (group !== undefined)
        yield removal(at, `${value} is already covered by ${group} in ${scope.words.name(path)}. Remove it.`);
      seen.add(word);
    }
  }
}

/** Statuses that "5xx" does not include. */
const NOT_IN_5XX: readonly unknown[] = [501, 505, 511];

function groupOf(value: unknown, values: ReadonlySet<unknown>): string | undefined {
  if (typeof value !== 'number' || NOT_IN_5XX.includes(value)) return undefined;
  const group = `${Math.floor(value / 100)}xx`;
  return values.has(group) ? `"${group}"` : undefined;
}

function* waitsWithoutRetry(scope: Scope): Iterable<Draft> {
  const retries = retriesOf(scope.policy);
  if (scope.policy.backoff.kind !== 'list' || retries === 0 || !isSure(scope, 'maxAttempts', 'backoff.delaysMs'))
    return;
  const entries = entriesOf(scope, 'backoff.delaysMs');
  const unused = entries.slice(retries);
  if (unused.length === 0) return;
  const waits = unused.map(({value}) => Number(value));
  yield {
    at: unused[0]!.at,
    message: `${scope.words.name('maxAttempts')} allows ${formatCount(retries, 'retry')}, so the ${unused.length === 1 ? 'wait' : 'waits'} of ${scope.words.allMs(waits)} ${unused.length === 1 ? 'is' : 'are'} never used.`,
    tag: 'unnecessary',
    related: relatedTo(scope, 'maxAttempts'),
    // Options of a single call may allow more attempts, so the removal is a suggestion.
    suggestions: [
      {
        title: `Remove ${formatList(waits.map(String))}`,
        changes: unused.toReversed().map(({at}) => ({do: 'remove', path: at}) as const),
      },
    ],
  };
}

const removal = (at: string, message: string): Draft => ({
  at,
  message,
  tag: 'unnecessary',
  fix: removing('Remove it', at),
});

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
