import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isGrpcPath} from '../analysis/grpc-path.ts';
import {isRegistered} from '../analysis/methods.ts';
import {isKeyed, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {isNative} from '../dialects/native.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const lostDefaults: Rule = defineRule({
  code: 'RL418',
  name: 'no-lost-defaults',
  category: 'correctness',
  severity: 'info',
  confidence: 'medium',
  summary: 'Repeat the entries of a list that are still wanted',
  documentation: () => ({
    why: `
Lists replace, they do not add. \`"retryOn": [423]\` retries 423 and nothing else: no 503, no network failure, no timeout. \`"idempotentMethods": ["POST"]\` lets POST be repeated, and
takes that from GET.

The rule reports a \`retryOn\` without any of the default triggers, and an \`idempotentMethods\` without GET where a route gets GETs, too.
`,
    sources: [{title: 'The policy file: order of merging', url: 'docs/policy.md#order-of-merging'}],
    bad: [
      {
        name: '423 in place of all others',
        text: '{\n  "routes": [{"match": {"methods": ["PUT"], "path": "/docs/*"}, "name": "docs.put", "retryOn": [423]}]\n}\n',
        findings: [
          {
            message:
              'retryOn replaces the default list: 423 is retried, and 429, 503, network failures and timeouts are not. List them too, if they are to be retried.',
            at: '2:85',
            marks: '"retryOn"',
          },
        ],
      },
      {
        name: 'searches by GET are not retried any more',
        text: '{\n  "routes": [{"match": {"path": "/search/**"}, "name": "search", "idempotentMethods": ["POST"]}]\n}\n',
        findings: [
          {
            message:
              'idempotentMethods replaces the default list: POST may be repeated, and GET /search/** is not retried after a timeout or a server error. List GET too.',
            at: '2:66',
            marks: '"idempotentMethods"',
            severity: 'warning',
          },
        ],
      },
    ],
    good: [
      {
        name: '423 as well',
        text: '{\n  "routes": [\n    {"match": {"methods": ["PUT"], "path": "/docs/*"}, "name": "docs.put", "retryOn": [423, 429, 503, "network", "timeout"]}\n  ]\n}\n',
      },
      {
        name: 'a route for POST alone',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/search/**"}, "name": "search", "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'no method may be repeated',
        text: '{\n  "routes": [{"match": {"path": "/jobs/**"}, "name": "jobs", "idempotentMethods": []}]\n}\n',
      },
    ],
  }),

  needs: ['idempotentMethods', 'retryOn'],
  fields: ['idempotentMethods', 'retryOn'],
  reads: ['idempotency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    // Other languages have no default list.
    if (!mayRetry(scope) || !isNative(scope.dialect)) return;
    yield* lostTriggers(scope);
    yield* lostMethods(scope);
  },
});

/** Statuses that are no refusal, and not in the default list. RL102 reports the refusals. */
const ADDED: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([409, 423, 424]);
const isAdded = (trigger: RetryTrigger): boolean =>
  ADDED.has(trigger) || (typeof trigger === 'number' && trigger > 504 && !isDefaultTrigger(trigger));
const isDefaultTrigger = (trigger: RetryTrigger): boolean =>
  trigger === '4xx' || trigger === '5xx' || defaultPolicy.retryOn.includes(trigger);

function* lostTriggers(scope: Scope): Iterable<Draft> {
  const {retryOn} = scope.policy;
  if (!isSetHere(scope, 'retryOn') || retryOn.some(isDefaultTrigger) || retryOn.some(isCodeName)) return;
  if (!retryOn.some(isAdded)) return;
  yield {
    at: 'retryOn',
    message: `retryOn replaces the default list: ${formatList(retryOn.map(String))} ${retryOn.length === 1 ? 'is' : 'are'} retried, and 429, 503, network failures and timeouts are not. List them too, if they are to be retried.`,
    suggestions: [
      {
        title: 'Add the default list',
        changes: [{do: 'set', path: 'retryOn', value: [...retryOn, ...defaultPolicy.retryOn]}],
      },
    ],
  };
}

function* lostMethods(scope: Scope): Iterable<Draft> {
  const {policy, match} = scope;
  const methods = policy.idempotentMethods;
  if (!isSetHere(scope, 'idempotentMethods') || methods.length === 0 || methods.includes('GET')) return;
  // RL403 reports a method that is misspelt.
  if (!getsGet(scope) || isKeyed(policy, 'GET') || !methods.every(isRegistered)) return;
  const value = [...new Set([...defaultPolicy.idempotentMethods, ...methods])];
  yield {
    at: 'idempotentMethods',
    message: `idempotentMethods replaces the default list: ${formatList(methods)} may be repeated, and GET ${match?.path ?? 'on every path'} is not retried after a timeout or a server error. List GET too.`,
    // At the top, the calls may all be POSTs.
    ...(match === undefined ? {} : {severity: 'warning'}),
    suggestions: [{title: 'Add the default list', changes: [{do: 'set', path: 'idempotentMethods', value}]}],
  };
}

/** A route without methods for one path may be meant for POST. */
function getsGet(scope: Scope): boolean {
  const path = scope.match?.path;
  const named = namedMethods(scope);
  if (isGrpcPath(path)) return false;
  return named === undefined ? (path?.includes('*') ?? true) : named.includes('GET');
}
