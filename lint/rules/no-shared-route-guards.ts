import type {Match} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {mayMeet} from '../analysis/route-cover.ts';
import {canonical} from '../canonical.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const sharedRouteGuards: Rule = defineRule({
  code: 'RL419',
  name: 'no-shared-route-guards',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  summary: 'Name the routes that have guards of their own',
  documentation: () => ({
    why: `
\`"scope": "route"\` gives each route a breaker or a quota of its own, by its name. Routes without a name share one: when one backend fails, the calls to the others are refused, too.
`,
    sources: [{title: 'Circuit breakers', url: 'docs/guides/circuit-breaker.md'}],
    bad: [
      {
        name: 'three backends that share a breaker',
        text: '{\n  "breaker": {"scope": "route"},\n  "routes": [\n    {"match": {"path": "/dashboards/**"}, "deadlineMs": 20000},\n    {"match": {"path": "/exports/**"}, "deadlineMs": 60000},\n    {"match": {"path": "/metadata/**"}, "deadlineMs": 8000, "attemptTimeoutMs": 1500}\n  ]\n}\n',
        findings: [
          {
            message:
              'Route * /dashboards/**, route * /exports/** and route * /metadata/** have no name and share one breaker, although breaker.scope is "route". Name them.',
            at: '2:15',
            marks: '"scope"',
          },
        ],
      },
      {
        name: 'a quota of one route, shared with all other calls',
        text: '{\n  "quota": {"scope": "route", "limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},\n  "routes": [{"match": {"path": "/exports/**"}, "maxAttempts": 2}]\n}\n',
        findings: [
          {
            message:
              'Route * /exports/** has no name and shares the quota with all calls without a route, although quota.scope is "route". Name it.',
            at: '2:13',
            marks: '"scope"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'routes with names',
        text: '{\n  "breaker": {"scope": "route"},\n  "routes": [\n    {"match": {"path": "/dashboards/**"}, "name": "dashboards", "deadlineMs": 20000},\n    {"match": {"path": "/exports/**"}, "name": "exports", "deadlineMs": 60000}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['breaker', 'quota'],
  fields: ['breaker.scope', 'quota.scope'],
  reads: ['breaker', 'match', 'quota'],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const part of ['breaker', 'quota'] as const) {
      const unnamed = scopes.filter(
        ({own, match, policy}) => isUnnamed(own.data, match) && policy[part]?.scope === 'route',
      );
      for (const equals of Map.groupBy(unnamed, ({policy}) => canonical(policy[part])).values()) {
        const routes = equals.filter(
          scope => scope.match !== undefined && equals.some(other => mayShare(scope, other)),
        );
        const [scope] = routes;
        if (scope !== undefined) yield {scope, at: `${part}.scope`, message: formatShared(part, routes)};
      }
    }
  },
});

/** The top of a policy counts for the calls without a route. */
const isUnnamed = ({name}: Scope['own']['data'], match: Match | undefined): boolean =>
  match === undefined || name === undefined;

/** Guards are kept by origin. */
const mayShare = (one: Scope, other: Scope): boolean => one !== other && mayMeet(originOf(one), originOf(other));

const originOf = ({match}: Scope): Match => (match?.origin === undefined ? {} : {origin: match.origin});

function formatShared(part: string, routes: readonly Scope[]): string {
  const names = routes.length > MOST_NAMED ? `${routes.length} routes` : formatList(routes.map(({title}) => title));
  const shared =
    routes.length === 1
      ? `has no name and shares the ${part} with all calls without a route`
      : `have no name and share one ${part}`;
  const advice = `Name ${routes.length === 1 ? 'it' : 'them'}`;
  return `${names.replace(/^r/, 'R')} ${shared}, although ${part}.scope is "route". ${advice}.`;
}

const MOST_NAMED = 3;
