import {networkPlaceOf} from '../analysis/network-place.ts';
import {buildsOn} from '../analysis/presets.ts';
import {assign, assignHere} from '../analysis/setting.ts';
import {isSetHere} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const payments: Check = {
  fields: ['match.origin'],

  *check(scope): Iterable<Draft> {
    const url = plainUrl(scope.match?.origin);
    if (url === undefined || url.place === 'loopback' || !buildsOn(scope, 'steadfetch:payments')) return;
    const isPrivate = url.place === 'private';
    const unless = isPrivate ? ', unless a service mesh does it' : '';
    yield {
      at: 'match.origin',
      message: `Payments to ${scope.match?.origin} are not encrypted${unless}: others on the network can read and change credentials and idempotency keys. Use https.`,
      ...(isPrivate ? {severity: 'warning', confidence: 'medium'} : {}),
      suggestions: [assignHere(`Match ${url.secure} (the calls must use it too)`, 'match.origin', url.secure)],
    };
  },
};

/** The URL of an origin without TLS, and the same with it. */
function plainUrl(origin = '') {
  const url = URL.parse(origin);
  if (url?.protocol !== 'http:') return undefined;
  return {place: networkPlaceOf(url.hostname), secure: url.origin.replace('http:', 'https:')};
}

const plainHttpEndpoints: FormerCheck = {
  formerly: 'RL114',
  severity: 'warning',
  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const key = scope.words.key('endpoints.origin');
    for (const [index, {name, origin}] of (scope.policy.endpoints ?? []).entries()) {
      const url = plainUrl(origin);
      if (url?.place !== 'public') continue;
      const path = `endpoints[${index}].origin`;
      yield {
        at: path,
        message: `Calls that go to ${name} are not encrypted: others on the network can read and change them, credentials included. Use https.`,
        suggestions: [assign(`Set ${key} to ${url.secure} (the calls must use it too)`, path, url.secure)],
      };
    }
  },
};

export const plainHttp: Rule = builtIn('RL108', payments, plainHttpEndpoints);
