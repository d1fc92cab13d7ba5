import {namedNonIdempotent} from '../analysis/retryability.ts';
import {mayMeet} from '../analysis/route-cover.ts';
import {equalJson} from '../canonical.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const idleRoute: Rule = builtIn('RL603', {
  needs: ['routes'],
  fields: [],
  reads: [''],

  *checkFile({scopes: [top, ...routes]}: Model): Iterable<Draft & {scope: Scope}> {
    for (const [index, scope] of routes.entries()) {
      const {own, policy, match = {}} = scope;
      if (own.entry !== undefined || own.data.name !== undefined || hasSlips(own)) continue;
      // A route that names POST states that its calls were thought of.
      if (match.methods !== undefined && namedNonIdempotent(scope).length > 0) continue;
      if (!equalJson({...policy, name: ''}, {...top!.policy, name: ''})) continue;
      if (routes.slice(index + 1).some(next => mayMeet(match, next.match ?? {}))) continue;
      const message = `${scope.title.replace(/^r/, 'R')} changes nothing: its calls have the same settings without it. Remove it.`;
      yield {
        scope,
        at: 'match',
        message,
        tag: 'unnecessary',
        fix: {title: 'Remove the route', changes: [{do: 'remove', path: ''}]},
      };
    }
  },
});

/** An invalid setting was meant to change something. */
const hasSlips = ({shape, base}: Scope['own']): boolean =>
  [...(shape?.invalid ?? [])].some(path => path.startsWith(`${base}.`)) ||
  (shape?.problems ?? []).some(({path}) => path.startsWith(`${base}.`));
