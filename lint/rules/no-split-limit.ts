import type {Match} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {covers, mayMeet} from '../analysis/route-cover.ts';
import {canonical} from '../canonical.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const splitLimit: Rule = defineRule({
  code: 'RL224',
  name: 'no-split-limit',
  category: 'load',
  severity: 'warning',
  confidence: 'medium',
  summary: 'Let all calls to an origin share one limit',
  documentation: () => ({
    why: `
Calls to one origin share a quota or a concurrency limit only if its settings are the same. A route that changes one setting, such as the queue,
gets a limit of its own beside that of the other calls. Together they send up to the sum of both, which is more than the account or the server
allows. Processes that share guards through \`steadfetch/redis\` share a limit if \`limits\` or \`max\` are the same, whatever the queue is.

Set the field at the top of the policy, so that all routes have the same. If the vendor counts the calls of the route apart, say so with
\`"scope": "route"\` in its quota. A concurrency limit with another \`max\` is taken to be meant for the route alone, and is not reported.
`,
    sources: [{title: 'Shared guards: who shares what', url: 'docs/shared-guards.md#who-shares-what'}],
    bad: [
      {
        name: 'a route with another queue doubles the quota',
        text: [
          '{',
          '  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},',
          '  "routes": [{"match": {"path": "/v1/batches"}, "quota": {"queue": 20}}]',
          '}',
          '',
        ].join('\n'),
        findings: [
          {
            message:
              'The calls of route * /v1/batches have a quota of their own beside that of the policy, because its settings differ. Calls to the same origin may together send 500 requests in 60000 ms twice. Set the same quota for both, or "scope": "route" if the calls are counted apart.',
            at: '3:49',
            marks: '"quota"',
          },
        ],
      },
      {
        name: 'a route with a lower quota for the same account',
        text: [
          '{',
          '  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},',
          '  "routes": [{"match": {"path": "/v1/batches"}, "quota": {"limits": [{"unit": "requests", "max": 100, "perMs": 60000}]}}]',
          '}',
          '',
        ].join('\n'),
        findings: [
          {
            message:
              'The calls of route * /v1/batches have a quota of their own beside that of the policy, because its settings differ. Calls to the same origin may together send 500 requests in 60000 ms and 100 requests in 60000 ms. Set the same quota for both, or "scope": "route" if the calls are counted apart.',
            at: '3:49',
            marks: '"quota"',
          },
        ],
      },
      {
        name: 'a route with another queue doubles the concurrency limit',
        text: [
          '{',
          '  "concurrency": {"max": 10, "queue": 100},',
          '  "routes": [{"match": {"path": "/v1/search"}, "concurrency": {"queue": 0}}]',
          '}',
          '',
        ].join('\n'),
        findings: [
          {
            message:
              'The calls of route * /v1/search have a concurrency limit of their own beside that of the policy, because its settings differ. Calls to the same origin may together have 20 attempts in flight instead of 10. Set the same concurrency for both, or another max for the route.',
            at: '3:48',
            marks: '"concurrency"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a quota that the vendor counts apart',
        text: [
          '{',
          '  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},',
          '  "routes": [{"match": {"path": "/v1/batches"}, "quota": {"limits": [{"unit": "requests", "max": 100, "perMs": 60000}], "scope": "route"}}]',
          '}',
          '',
        ].join('\n'),
      },
      {
        name: 'routes of two origins',
        text: [
          '{',
          '  "routes": [',
          '    {"match": {"origin": "https://a.test"}, "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]}},',
          '    {"match": {"origin": "https://b.test"}, "quota": {"limits": [{"unit": "requests", "max": 100, "perMs": 60000}]}}',
          '  ]',
          '}',
          '',
        ].join('\n'),
      },
      {
        name: 'a route that takes all calls to its origin',
        text: [
          '{',
          '  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},',
          '  "concurrency": {"max": 10, "queue": 100},',
          '  "routes": [',
          '    {"match": {"origin": "https://b.test"}, "quota": {"limits": [{"unit": "requests", "max": 100, "perMs": 60000}]}, "concurrency": {"queue": 0}}',
          '  ]',
          '}',
          '',
        ].join('\n'),
      },
      {
        name: 'a smaller concurrency limit for one route',
        text: [
          '{',
          '  "concurrency": {"max": 50, "queue": 100},',
          '  "routes": [{"match": {"path": "/v1/reports"}, "concurrency": {"max": 5, "queue": 100}}]',
          '}',
          '',
        ].join('\n'),
      },
    ],
  }),

  needs: ['quota', 'concurrency'],
  fields: ['quota', 'concurrency'],
  reads: ['match'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const [index, scope] of scopes.entries()) {
      const before = scopes.slice(0, index).filter(other => mayShareOrigin(other, scope, scopes));
      const message = quotaMessage(scope, before) ?? concurrencyMessage(scope, before);
      if (message !== undefined) yield {scope, ...message};
    }
  },
});

type Found = Pick<Draft, 'at' | 'message'>;

/** Whether calls to one origin may be asked of both scopes. */
function mayShareOrigin(one: Scope, other: Scope, scopes: readonly Scope[]): boolean {
  if (!mayMeet(originOf(one), originOf(other))) return false;
  const origin = {...originOf(one), ...originOf(other)};
  return [one, other].every(scope => isReached(scope, origin, scopes));
}

/** Whether a call to the origin may come to the scope: routes are tried in order, and the policy itself has what they leave. */
function isReached(scope: Scope, origin: Match, scopes: readonly Scope[]): boolean {
  const routes = scopes.filter(({match}) => match !== undefined);
  const earlier = scope.match === undefined ? routes : routes.slice(0, routes.indexOf(scope));
  return !earlier.some(({match}) => covers(match!, {...scope.match, ...origin}));
}

const originOf = ({match}: Scope): Match => (match?.origin === undefined ? {} : {origin: match.origin});

/** Whether the route itself sets the field: a value from above is that of all routes. */
const setsItself = ({match, own}: Scope, field: 'quota' | 'concurrency'): boolean =>
  match !== undefined && own.data[field] !== undefined && own.data[field] !== null;

function quotaMessage(scope: Scope, before: readonly Scope[]): Found | undefined {
  const {quota} = scope.policy;
  if (!setsItself(scope, 'quota') || quota === null || quota.scope === 'route' || quota.limits.length === 0)
    return undefined;
  const other = before.find(
    ({policy}) =>
      policy.quota !== null &&
      policy.quota.scope === 'origin' &&
      policy.quota.limits.length > 0 &&
      canonical(policy.quota) !== canonical(quota),
  );
  if (other === undefined) return undefined;
  const [theirs, ours] = [limitsOf(other), limitsOf(scope)];
  const together = theirs === ours ? `${ours} twice` : `${theirs} and ${ours}`;
  return {
    at: 'quota',
    message: `The calls of ${scope.title} have a quota of their own beside that of ${other.title}, because its settings differ. Calls to the same origin may together send ${together}. Set the same quota for both, or "scope": "route" if the calls are counted apart.`,
  };
}

function limitsOf({policy, dialect}: Scope): string {
  const limits = policy.quota?.limits ?? [];
  return formatList(limits.map(({unit, max, perMs}) => `${max} ${unit} in ${dialect.words.ms(perMs)}`));
}

/** Only of limits that allow as much: a route with another one is to have its own. */
function concurrencyMessage(scope: Scope, before: readonly Scope[]): Found | undefined {
  const {concurrency} = scope.policy;
  if (!setsItself(scope, 'concurrency') || concurrency === null) return undefined;
  const other = before.find(
    ({policy}) =>
      policy.concurrency !== null &&
      policy.concurrency.max === concurrency.max &&
      canonical(policy.concurrency) !== canonical(concurrency),
  );
  if (other === undefined) return undefined;
  const {max} = concurrency;
  return {
    at: 'concurrency',
    message: `The calls of ${scope.title} have a concurrency limit of their own beside that of ${other.title}, because its settings differ. Calls to the same origin may together have ${2 * max} attempts in flight instead of ${max}. Set the same concurrency for both, or another max for the route.`,
  };
}
