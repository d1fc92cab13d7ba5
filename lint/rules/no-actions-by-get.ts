import {formatList} from '../analysis/format.ts';
import {isKeyed, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const actionsByGet: Rule = builtIn('RL116', {
  needs: ['routes'],
  fields: ['idempotentMethods', 'retryOn'],
  reads: ['idempotency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy, match, dialect} = scope;
    const methods = namedMethods(scope) ?? [];
    const word = actionOf(match?.path);
    if (word === undefined || !methods.includes('GET') || methods.some(method => !SAFE.has(method))) return;
    if (!policy.idempotentMethods.includes('GET') || isKeyed(policy, 'GET') || !mayRetry(scope)) return;
    if (ambiguousTriggers(policy, 'GET', match).length === 0 || !dialect.capabilities.gatesByMethod) return;
    const value = policy.idempotentMethods.filter(method => !SAFE.has(method));
    yield {
      at: 'match.path',
      message: `${formatList(methods, 'or')} ${match?.path} seems to act ("${word}"), but is retried after timeouts and server errors, when the server may have processed it: it may act twice. Set idempotentMethods of this route, without GET.`,
      // It may also look at the next entry, and leave it there.
      ...(!ACTIONS.has(word) && {severity: 'info'}),
      suggestions: [
        {
          title: 'Retry this route only if the server did not act',
          changes: [{do: 'set', path: 'idempotentMethods', value, inScope: true}],
        },
      ],
    };
  },
});

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Verbs whose effect adds up. A DELETE by GET changes nothing the second time. */
const ACTIONS: ReadonlySet<string> = new Set(
  'decrement dispatch enqueue execute increment notify pay publish reboot refund restart run send sendmail sendsms transfer trigger withdraw'.split(
    ' ',
  ),
);

/** A queue, and a word for its next entry, which the request may take away. */
const TAKES = /\/(?:jobs|queues?|tasks)(?:\/\*)?\/(claim|dequeue|lease|next|pop|reserve|take)$/i;

/** The verb with which the last segment of a path begins: `/cgi-bin/send`, `/api/sendMessage`. */
function actionOf(path = ''): string | undefined {
  const last = path.split('/').at(-1) ?? '';
  const word = /^[a-z]+/.exec(last.replace(/^[A-Z]/, letter => letter.toLowerCase()))?.[0] ?? '';
  return ACTIONS.has(word) ? word : TAKES.exec(path)?.[1];
}
