import {isGrpcPath} from '../analysis/grpc-path.ts';
import {callsOf} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import {isSetByRoute} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const idleWatches: Rule = defineRule({
  code: 'RL315',
  name: 'no-idle-timeout-for-watches',
  category: 'latency',
  severity: 'warning',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Let a watch be silent',
  documentation: () => ({
    why: `
A gRPC method such as Watch or Subscribe is a stream that may be silent for hours: a message is a change. \`idleTimeoutMs\` bounds the wait for each message, by default
to 30 s, so each client ends its stream and opens another, twice a minute, for ever.

Set it to null for this route. Where the server sends messages that keep the stream alive, set it above their interval.
`,
    sources: [{title: 'Streams of gRPC', url: 'docs/grpc.md'}],
    bad: [
      {
        name: 'a watch under the default',
        text: '{\n  "routes": [{"match": {"path": "/infra.config.v1.Config/Watch"}, "name": "config.watch", "idempotentMethods": ["POST"]}]\n}\n',
        findings: [
          {
            message:
              'The stream of POST /infra.config.v1.Config/Watch ends after 30000 ms without a message, and its client opens another. Set idleTimeoutMs to null for this route.',
            at: '2:14',
            marks: '{',
          },
        ],
        fixed:
          '{\n  "routes": [{"match": {"path": "/infra.config.v1.Config/Watch"}, "name": "config.watch", "idempotentMethods": ["POST"], "idleTimeoutMs": null}]\n}\n',
      },
    ],
    good: [
      {
        name: 'a watch that may be silent',
        text: '{\n  "routes": [\n    {"match": {"path": "/infra.config.v1.Config/Watch"}, "name": "config.watch", "idempotentMethods": ["POST"], "idleTimeoutMs": null}\n  ]\n}\n',
      },
      {
        name: 'a limit that the route chooses',
        text: '{\n  "routes": [\n    {"match": {"path": "/infra.config.v1.Config/Watch"}, "name": "config.watch", "idempotentMethods": ["POST"], "idleTimeoutMs": 90000}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['routes'],
  fields: ['idleTimeoutMs'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy, match, dialect} = scope;
    const {idleTimeoutMs, maxAttempts} = policy;
    const path = match?.path;
    if (idleTimeoutMs === null || maxAttempts === null || isSetByRoute(scope, 'idleTimeoutMs')) return;
    if (path === undefined || !isGrpcPath(path) || !WATCH.test(path)) return;
    yield {
      at: 'idleTimeoutMs',
      message: `The stream of ${callsOf(scope, 'POST')} ends after ${dialect.words.ms(idleTimeoutMs)} without a message, and its client opens another. Set idleTimeoutMs to null for this route.`,
      fix: settingHere(scope, 'idleTimeoutMs', null),
    };
  },
});

/** The last segment begins with the verb. */
const WATCH = /\/(?:Watch|Subscribe|Listen|Tail|Follow|Observe)(?![a-z])\w*$/;
