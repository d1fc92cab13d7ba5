import {networkPlaceOf} from '../analysis/network-place.ts';
import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const plainHttpEndpoints: Rule = builtIn('RL114', {
  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    for (const [index, {name, origin}] of (scope.policy.endpoints ?? []).entries()) {
      const url = URL.parse(origin);
      if (url?.protocol !== 'http:' || networkPlaceOf(url.hostname) !== 'public') continue;
      url.protocol = 'https:';
      const path = `endpoints[${index}].origin`;
      yield {
        at: path,
        message: `Calls that go to ${name} are not encrypted: others on the network can read and change them, credentials included. Use https.`,
        suggestions: [
          {
            title: `Set origin to ${url.origin} (the calls must use it too)`,
            changes: [{do: 'set', path, value: url.origin}],
          },
        ],
      };
    }
  },
});
