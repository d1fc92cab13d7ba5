import type {Match} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {mayMeet, originOnly} from '../analysis/route-cover.ts';
import {canonical} from '../canonical.ts';
import type {Scope} from '../model/scope.ts';
import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const sharedRouteGuards: Rule = builtIn('RL419', {
  needs: ['breaker', 'quota'],
  fields: ['breaker.scope', 'quota.scope'],
  reads: ['breaker', 'match', 'quota'],

  *checkFile({scopes}) {
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
const mayShare = (one: Scope, other: Scope): boolean =>
  one !== other && mayMeet(originOnly(one.match), originOnly(other.match));

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
