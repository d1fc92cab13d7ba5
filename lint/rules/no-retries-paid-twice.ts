import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRepeat, mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isDefault, isSet, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const retriesPaidTwice: Rule = defineRule({
  code: 'RL111',
  name: 'no-retries-paid-twice',
  category: 'safety',
  severity: 'warning',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Do not pay again for an attempt that timed out',
  documentation: () => ({
    why: `
A vendor charges for the tokens that its model generates, even if the client does not wait for them. The response of an attempt that timed
out may be generated in full, so each retry after a timeout may be paid for again. And a response that is too slow once is usually too slow
every time: four attempts cost four times the price, and bring no answer.

With \`paid\` such a timeout ends the call, and the attempt timeout grows with the output that a request asks for. Without \`paid\`, on a
route to a model where POST is declared idempotent, the finding has the severity info; so it has where \`paid.maxPaidAttempts\` is stated, too. \`"paid": null\` states that attempts cost nothing.
`,
    sources: [
      {title: 'Calls that cost money', url: 'docs/guides/paid-calls.md'},
      {
        title: 'Anthropic SDK: timeouts of requests that are not streamed grow with max_tokens',
        url: 'https://github.com/anthropics/anthropic-sdk-typescript#timeouts',
      },
    ],
    bad: [
      {
        name: 'timeouts are paid for again',
        text: '{\n  "maxAttempts": 4,\n  "paid": {"afterTimeout": true}\n}\n',
        findings: [
          {
            message:
              'An attempt that times out after 8000 ms is retried, although it may have to be paid for: up to 2 times in a call. Set paid.afterTimeout to false.',
            at: '3:12',
            marks: '"afterTimeout"',
          },
        ],
        fixed: '{\n  "maxAttempts": 4,\n  "paid": {"afterTimeout": false}\n}\n',
      },
      {
        name: 'a declared POST to a model',
        text: '{\n  "refusals": {},\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
        findings: [
          {
            message:
              'An attempt of POST /v1/chat/completions that times out after 8000 ms is retried, although it may have to be paid for: up to 3 times in a call. Set paid.',
            at: '4:5',
            marks: '{',
            severity: 'info',
          },
        ],
        fixed:
          '{\n  "refusals": {},\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"], "paid": {}}\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'a timeout ends the call',
        text: '{\n  "paid": {},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'timeouts are not retried',
        text: '{\n  "retryOn": [429, 503, 529],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'a POST that is not declared',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}}]\n}\n',
      },
      {
        name: 'attempts cost nothing',
        text: '{\n  "paid": null,\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
    ],
  }),

  needs: ['paid', 'routes'],
  fields: ['paid', 'retryOn', 'attemptTimeoutMs'],
  reads: ['deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {paid, attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs === null || (deadlineMs !== null && attemptTimeoutMs >= deadlineMs)) return;
    if (!retryOn.includes('timeout') || !mayRetry(scope) || !mayRepeat(scope)) return;
    const timesOut = `times out after ${scope.dialect.words.ms(attemptTimeoutMs)} is retried, although it may have to be paid for`;
    if (paid?.afterTimeout === true && paid.maxPaidAttempts > 1)
      yield {
        at: 'paid.afterTimeout',
        message: `An attempt that ${timesOut}${formatTimes(scope, paid.maxPaidAttempts)}. Set paid.afterTimeout to false.`,
        // Who says how many attempts may be paid for has decided to pay.
        ...(isSet(scope, 'paid.maxPaidAttempts') && {severity: 'info'}),
        fix: setting(scope, 'paid.afterTimeout', false),
      };
    if (paid === null && isDefault(scope, 'paid') && isModelRoute(scope))
      yield {
        at: 'paid',
        message: `An attempt of ${callsOf(scope, 'POST')} that ${timesOut}${formatTimes(scope)}. Set paid.`,
        severity: 'info',
        fix: byDefault,
      };
  },
});

const byDefault: FixDraft = {
  title: 'Count paid attempts, and end a call at a timeout',
  changes: [{do: 'set', path: 'paid', value: {}}],
};

function formatTimes({policy}: Scope, most = Number.POSITIVE_INFINITY): string {
  const attempts = Math.min(most, retriesOf(policy) + 1);
  return Number.isFinite(attempts) ? `: up to ${attempts} times in a call` : ', any number of times in a call';
}
