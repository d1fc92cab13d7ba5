import {formatList} from '../analysis/format.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {covers} from '../analysis/route-cover.ts';
import {type Entry, entriesOf} from '../model/entries.ts';
import type {Model} from '../model/model.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unreachableEntry: Rule = defineRule({
  code: 'RL407',
  name: 'no-unreachable-entry',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  fix: 'safe',
  summary: 'Write no route and no entry that is never asked',
  why: `
The first route that matches wins. A route behind one that takes all its calls is never asked, and what it says, a shorter timeout
or no retry for payments, does not happen. The same goes for the fourth wait of two retries, and for a status that stands in
a list twice: each is a statement that nobody hears.
`,
  sources: [
    {title: 'The policy file: routes', url: 'docs/policy.md#routes'},
    {
      title: 'Amazon States Language: the first retrier that matches wins, and States.ALL stands last',
      url: 'https://states-language.net/spec.html#errors',
    },
  ],
  bad: [
    {
      name: 'a route behind a wider one',
      text: '{\n  "routes": [\n    {"match": {"path": "/v1/**"}, "deadlineMs": 20000},\n    {"match": {"methods": ["GET"], "path": "/v1/search"}, "deadlineMs": 2000}\n  ]\n}\n',
      findings: [
        {
          message: 'Route GET /v1/search is never asked: route * /v1/** stands before it and takes all its calls.',
          at: '4:6',
          marks: '"match"',
        },
      ],
    },
    {
      name: 'a status twice, and one that "5xx" has already',
      text: '{\n  "retryOn": [429, "5xx", 503, "timeout", 429]\n}\n',
      findings: [
        {message: '503 is one of the "5xx" that retryOn lists already.', at: '2:27', marks: '503'},
        {message: '429 stands in retryOn twice.', at: '2:43', marks: '429'},
      ],
      fixed: '{\n  "retryOn": [429, "5xx", "timeout"]\n}\n',
    },
    {
      name: 'a wait for a retry that is never made',
      text: '{\n  "maxAttempts": 3,\n  "backoff": {"kind": "list", "delaysMs": [100, 500, 2000, 5000]}\n}\n',
      findings: [
        {message: 'There are 2 retries, so the waits of 2000 and 5000 ms are never waited.', at: '3:54', marks: '2000'},
      ],
    },
    {
      name: 'a method in two spellings',
      text: '{\n  "idempotentMethods": ["GET", "get"]\n}\n',
      findings: [{message: 'get stands in idempotentMethods twice.', at: '2:32', marks: '"get"'}],
      fixed: '{\n  "idempotentMethods": ["GET"]\n}\n',
    },
  ],
  good: [
    {
      name: 'the narrow route first',
      text: '{\n  "routes": [\n    {"match": {"methods": ["GET"], "path": "/v1/search"}, "deadlineMs": 2000},\n    {"match": {"path": "/v1/**"}, "deadlineMs": 20000}\n  ]\n}\n',
    },
    {name: 'a server error that "5xx" leaves out', text: '{\n  "retryOn": ["5xx", 429, "timeout"]\n}\n'},
  ],

  fields: [],
  reads: ['backoff', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'retryOn'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const scope of scopes) {
      for (const draft of [...repeated(scope), ...waitsWithoutRetry(scope)]) yield {...draft, scope};
    }
    const routes = scopes.filter(({match}) => match !== undefined);
    for (const [index, scope] of routes.entries()) {
      if (scope.own.entry !== undefined) continue;
      const before = routes.slice(0, index).find(({match}) => covers(match!, scope.match!));
      if (before === undefined) continue;
      const message = `${capital(scope.title)} is never asked: ${before.title} stands before it and takes all its calls.`;
      yield {scope, at: 'match', message, tag: 'unnecessary'};
    }
  },
});

const LISTS = ['retryOn', 'idempotentMethods', 'idempotency.methods', 'match.methods'];

/** Entries that say what another entry of the list has said. */
function* repeated(scope: Scope): Iterable<Draft> {
  const name = (path: string): string => scope.dialect.words.name(path);
  for (const path of LISTS) {
    const seen = new Set<string>();
    const entries = entriesOf(scope, path);
    for (const {value, at} of entries) {
      const word = String(value).toUpperCase();
      const group = groupOf(value, entries);
      if (seen.has(word)) yield removal(at, `${value} stands in ${name(path)} twice.`);
      else if (group !== undefined)
        yield removal(at, `${value} is one of the ${group} that ${name(path)} lists already.`);
      seen.add(word);
    }
  }
}

/** Statuses that "5xx" leaves out. */
const NOT_IN_5XX: readonly unknown[] = [501, 505, 511];

function groupOf(value: unknown, entries: readonly Entry[]): string | undefined {
  if (typeof value !== 'number' || NOT_IN_5XX.includes(value)) return undefined;
  const group = `${Math.floor(value / 100)}xx`;
  return entries.some(entry => entry.value === group) ? `"${group}"` : undefined;
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
    message: `${retries === 1 ? 'There is 1 retry' : `There are ${retries} retries`}, so the ${unused.length === 1 ? 'wait' : 'waits'} of ${scope.dialect.words.allMs(waits)} ${unused.length === 1 ? 'is' : 'are'} never waited.`,
    tag: 'unnecessary',
    related: [{at: 'maxAttempts', message: 'The number of attempts is set here.'}],
    // A single call may ask for more attempts, so these waits are not dead for sure.
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
  fix: {title: 'Remove it', changes: [{do: 'remove', path: at}]},
});

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
