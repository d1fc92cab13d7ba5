import {formatList} from '../analysis/format.ts';
import {isKeyed, mayRetry, namedMethods} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const actionsByGet: Rule = defineRule({
  code: 'RL116',
  name: 'no-actions-by-get',
  category: 'safety',
  severity: 'warning',
  confidence: 'medium',
  summary: 'Do not retry a GET that acts',
  documentation: () => ({
    why: `
A GET is retried after timeouts and server errors, because it only reads. Some older APIs act on it: an SMS gateway sends a message, a controller restarts a
device. A retry then sends the message again.

Leave GET out of \`idempotentMethods\` for such a route. It is then retried only where the server certainly did not act, such as after a refused connection.
`,
    sources: [{title: 'RFC 9110, Safe Methods', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1'}],
    bad: [
      {
        name: 'a gateway that sends a message for each GET',
        text: '{\n  "routes": [{"match": {"methods": ["GET"], "path": "/cgi-bin/send"}, "name": "sms.send"}]\n}\n',
        findings: [
          {
            message:
              'GET /cgi-bin/send seems to act ("send"), but is retried after timeouts and server errors, when the server may have processed it: it may act twice. Set idempotentMethods of this route, without GET.',
            at: '2:45',
            marks: '"path"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'the same without retries of what may have been sent',
        text: '{\n  "routes": [\n    {"match": {"methods": ["GET"], "path": "/cgi-bin/send"}, "name": "sms.send", "idempotentMethods": []}\n  ]\n}\n',
      },
      {
        name: 'a GET that reads',
        text: '{\n  "routes": [{"match": {"methods": ["GET"], "path": "/cgi-bin/status"}, "name": "sms.status"}]\n}\n',
      },
    ],
  }),

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

/** The verb with which the last segment of a path begins: `/cgi-bin/send`, `/api/sendMessage`. */
function actionOf(path = ''): string | undefined {
  const last = path.split('/').at(-1) ?? '';
  const word = /^[a-z]+/.exec(last.replace(/^[A-Z]/, letter => letter.toLowerCase()))?.[0] ?? '';
  return ACTIONS.has(word) ? word : undefined;
}
