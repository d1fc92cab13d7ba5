import {networkPlaceOf} from '../analysis/network-place.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const PAYMENTS_PRESET = 'steadfetch:payments';

export const plainHttpPayments: Rule = builtIn('RL108', {
  fields: ['match.origin'],

  *check(scope): Iterable<Draft> {
    const url = plainUrlOf(scope);
    if (url === undefined || !buildsOn(scope, PAYMENTS_PRESET)) return;
    const place = networkPlaceOf(url.hostname);
    if (place === 'loopback') return;
    const unless = place === 'private' ? ', unless a service mesh does it' : '';
    url.protocol = 'https:';
    yield {
      at: 'match.origin',
      message: `Payments to ${scope.match?.origin} are not encrypted${unless}: others on the network can read and change credentials and idempotency keys. Use https.`,
      ...(place === 'private' ? {severity: 'warning', confidence: 'medium'} : {}),
      suggestions: [
        {
          title: `Match ${url.origin} (the calls must use it too)`,
          changes: [{do: 'set', path: 'match.origin', value: url.origin, inScope: true}],
        },
      ],
    };
  },
});

function plainUrlOf(scope: Scope): URL | undefined {
  const origin = scope.match?.origin;
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.protocol === 'http:' ? url : undefined;
}
