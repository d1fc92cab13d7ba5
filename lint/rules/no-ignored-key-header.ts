import {keyHeaderOf} from '../analysis/key-header.ts';
import {relatedTo} from '../analysis/related.ts';
import {isKeyed, namedMethods} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const ignoredKeyHeader: Rule = builtIn('RL117', {
  needs: ['idempotency'],
  fields: ['idempotency', 'idempotency.header'],
  reads: ['endpoints', 'match'],

  *check(scope): Iterable<Draft> {
    const {policy, match} = scope;
    const {idempotency, endpoints} = policy;
    if (idempotency === null || idempotency.methods.length === 0) return;
    if (namedMethods(scope)?.some(method => isKeyed(policy, method)) === false) return;
    const origins = [
      ...(match?.origin === undefined ? [] : [match.origin]),
      ...(endpoints ?? []).map(({origin}) => origin),
    ];
    const [known] = origins.flatMap(origin => keyHeaderOf(origin, match?.path) ?? []);
    if (known === undefined || known.header.toLowerCase() === idempotency.header.toLowerCase()) return;
    yield {
      at: 'idempotency.header',
      message: `${known.vendor} deduplicates by ${known.header} and ignores ${idempotency.header}: a call that is retried after a timeout may be carried out twice. Set idempotency.header to "${known.header}".`,
      related: relatedTo(scope, 'match.origin', 'endpoints'),
      fix: settingHere(scope, 'idempotency.header', known.header),
    };
  },
});
