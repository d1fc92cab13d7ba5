import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const streamCommittedByHeaders: Rule = defineRule({
  code: 'RL414',
  name: 'no-stream-committed-by-headers',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Hold the stream of a model until its first content',
  documentation: () => ({
    why: `
A model server answers with 200 before the model has generated anything. An overload after that comes as an error event inside the stream,
and a server whose model hangs sends pings. If the headers commit the response, both reach the caller, although nothing has been
generated and a retry would cost nothing.

With \`"commit": "content"\` the response is held until its first event with content, and then passed on byte for byte.
`,
    sources: [
      {title: 'Event streams', url: 'docs/guides/streaming.md'},
      {
        title: 'Anthropic, Streaming messages: error events, such as overloaded_error',
        url: 'https://docs.anthropic.com/en/docs/build-with-claude/streaming',
      },
    ],
    bad: [
      {
        name: 'a chat route',
        text: '{\n  "stream": {"commit": "headers"},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "refusals": {}}]\n}\n',
        findings: [
          {
            message:
              'stream.commit is "headers", so an overload inside the stream of POST /v1/chat/completions reaches the caller and is not retried. Set it to "content".',
            at: '2:14',
            marks: '"commit"',
          },
        ],
        fixed:
          '{\n  "stream": {"commit": "content"},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "refusals": {}}]\n}\n',
      },
    ],
    good: [
      {
        name: 'held until the first content',
        text: '{\n  "stream": {"commit": "content"},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}}]\n}\n',
      },
      {
        name: 'a stream of changes, which may be silent for hours',
        text: '{\n  "stream": {"commit": "headers"},\n  "routes": [{"match": {"methods": ["GET"], "path": "/v1/changes"}}]\n}\n',
      },
    ],
  }),

  needs: ['stream'],
  fields: ['stream', 'stream.commit'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (scope.policy.stream?.commit !== 'headers' || !isModelRoute(scope) || !mayRetry(scope)) return;
    yield {
      at: mostSpecific(scope, 'stream.commit'),
      message: `stream.commit is "headers", so an overload inside the stream of ${callsOf(scope, 'POST')} reaches the caller and is not retried. Set it to "content".`,
      fix: setting(scope, 'stream.commit', 'content'),
    };
  },
});
