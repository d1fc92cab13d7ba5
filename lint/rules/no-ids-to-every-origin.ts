import {normaliseOrigin} from '../../src/policy/routes.ts';
import {assign, removing} from '../analysis/setting.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const idsToEveryOrigin: Rule = builtIn('RL109', {
  needs: ['correlation'],
  fields: ['correlation.sendTo'],
  reads: ['correlation', 'match'],

  *check(scope, scopes) {
    if (scope.policy.correlation?.sendTo !== 'all' || !isSetHere(scope, 'correlation.sendTo')) return;
    yield {
      at: 'correlation.sendTo',
      message:
        'correlation.sendTo is "all", so ids go to every origin, third parties included, also in browsers. List the origins that need them.',
      suggestions: [
        ...toNamed(scopes),
        removing('Remove sendTo: in browsers only the page’s own origin gets ids', 'correlation.sendTo'),
      ],
    };
  },
});

/** Suggests the origins that the routes name. */
function toNamed(scopes: readonly Scope[]): FixDraft[] {
  const origins = scopes.flatMap(({match}) => (match?.origin === undefined ? [] : [match.origin]));
  const named = [...new Set(origins.flatMap(origin => normaliseOrigin(origin) ?? []))];
  if (named.length === 0) return [];
  const title = `Send ids to the origins that the routes name: ${named.join(', ')}`;
  return [assign(title, 'correlation.sendTo', named.slice(0, MOST))];
}

/** Maximum length that the schema allows. */
const MOST = 100;
