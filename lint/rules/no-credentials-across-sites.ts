import {looksSecret} from '../../src/decide/secret-name.ts';
import {relatedTo} from '../analysis/related.ts';
import {settingHere} from '../analysis/setting.ts';
import {sitesOf} from '../analysis/site.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const credentialsAcrossSites: Rule = builtIn('RL113', {
  needs: ['endpoints', 'failover'],
  fields: ['endpoints', 'failover', 'failover.sharedCredentials', 'failover.headers', 'failover.query'],

  *check(scope): Iterable<Draft> {
    const {endpoints, failover} = scope.policy;
    if (endpoints === null) return;
    const sites = sitesOf(endpoints);
    if (sites.length < 2) return;
    const gets = `${sites.slice(0, -1).join(', ')} and ${sites.at(-1)}, so each of them gets the secrets of the other${sites.length > 2 ? 's' : ''}`;
    const related = relatedTo(scope, 'endpoints');
    if (failover.sharedCredentials)
      yield {
        at: 'failover.sharedCredentials',
        message: `sharedCredentials sends the credentials of the caller to ${gets}. Set it to false, and let prepareAttempt write the credentials of each endpoint.`,
        related,
        suggestions: [settingHere(scope, 'failover.sharedCredentials', false)],
      };
    for (const field of ['headers', 'query'] as const) {
      const named = failover[field].filter(looksSecret);
      if (named.length === 0 || failover.sharedCredentials) continue;
      const them = named.length === 1 ? 'it' : 'them';
      yield {
        at: `failover.${field}`,
        message: `${field} sends ${named.join(', ')} of the caller to ${gets}. Take ${them} out, and let prepareAttempt write the credentials of each endpoint.`,
        related,
      };
    }
  },
});
