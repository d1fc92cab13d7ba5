import {networkPlaceOf} from '../analysis/network-place.ts';
import {buildsOn} from '../analysis/presets.ts';
import {assign, assignHere} from '../analysis/setting.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const PAYMENTS_PRESET = 'steadfetch:payments';

const payments: Check = {
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
      suggestions: [assignHere(`Match ${url.origin} (the calls must use it too)`, 'match.origin', url.origin)],
    };
  },
};

function plainUrlOf(scope: Scope): URL | undefined {
  const origin = scope.match?.origin;
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.protocol === 'http:' ? url : undefined;
}

const plainHttpEndpoints: FormerCheck = {
  formerly: 'RL114',
  severity: 'warning',
  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const key = scope.dialect.words.key('endpoints.origin');
    for (const [index, {name, origin}] of (scope.policy.endpoints ?? []).entries()) {
      const url = URL.parse(origin);
      if (url?.protocol !== 'http:' || networkPlaceOf(url.hostname) !== 'public') continue;
      url.protocol = 'https:';
      const path = `endpoints[${index}].origin`;
      yield {
        at: path,
        message: `Calls that go to ${name} are not encrypted: others on the network can read and change them, credentials included. Use https.`,
        suggestions: [assign(`Set ${key} to ${url.origin} (the calls must use it too)`, path, url.origin)],
      };
    }
  },
};

export const plainHttp: Rule = builtIn('RL108', payments, plainHttpEndpoints);
