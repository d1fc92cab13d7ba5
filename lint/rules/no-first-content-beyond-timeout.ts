import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const firstContentBeyondTimeout: Rule = defineRule({
  code: 'RL314',
  name: 'no-first-content-beyond-timeout',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Keep the wait for the first content within the attempt timeout',
  documentation: () => ({
    why: `
While an event stream is held, its attempt has not ended: the attempt timeout and the deadline still run. A \`firstContentMs\` that is not
below them never ends a wait, because the attempt ends first. A stream of pings then fails after the attempt timeout, which is meant for
responses that are not streamed, and a model that needs as long as \`firstContentMs\` allows is cut off.

Raise the attempt timeout, or lower \`firstContentMs\`. With \`null\`, only the attempt timeout applies.
`,
    sources: [{title: 'Event streams', url: 'docs/guides/streaming.md'}],
    bad: [
      {
        name: 'longer than an attempt',
        text: '{\n  "attemptTimeoutMs": 8000,\n  "stream": {"firstContentMs": 60000}\n}\n',
        findings: [
          {
            message:
              'The first content may take 60000 ms, but the attempt timeout ends the wait after 8000 ms. Raise attemptTimeoutMs or lower firstContentMs.',
            at: '3:14',
            marks: '"firstContentMs"',
          },
        ],
      },
      {
        name: 'longer than the call',
        text: '{\n  "attemptTimeoutMs": null,\n  "deadlineMs": 10000,\n  "maxAttempts": 1,\n  "stream": {"firstContentMs": 10000}\n}\n',
        findings: [
          {
            message:
              'The first content may take 10000 ms, but the deadline ends the wait after 10000 ms. Raise deadlineMs or lower firstContentMs.',
            at: '5:14',
            marks: '"firstContentMs"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'shorter than an attempt',
        text: '{\n  "attemptTimeoutMs": 120000,\n  "deadlineMs": 600000,\n  "stream": {"firstContentMs": 60000}\n}\n',
      },
      {name: 'the default', text: '{\n  "stream": {}\n}\n'},
    ],
  }),

  needs: ['stream'],
  fields: ['stream', 'stream.firstContentMs', 'stream.commit', 'attemptTimeoutMs', 'deadlineMs'],
  reads: ['paid'],

  *check(scope): Iterable<Draft> {
    const {stream, attemptTimeoutMs, deadlineMs, paid} = scope.policy;
    if (stream === null || stream.firstContentMs === null || !isSetHere(scope, 'stream.firstContentMs')) return;
    // RL405 reports a limit for a stream that is not held.
    if (stream.commit === 'headers') return;
    const {words} = scope.dialect;
    // The attempt timeout grows with the output that a request asks for.
    const grows = paid !== null && paid.attemptTimeoutPerOutputTokenMs !== null;
    const attemptMs = grows ? Number.POSITIVE_INFINITY : (attemptTimeoutMs ?? Number.POSITIVE_INFINITY);
    const callMs = deadlineMs ?? Number.POSITIVE_INFINITY;
    const limitMs = Math.min(attemptMs, callMs);
    if (stream.firstContentMs < limitMs) return;
    const path = attemptMs <= callMs ? 'attemptTimeoutMs' : 'deadlineMs';
    const name = path === 'deadlineMs' ? 'deadline' : 'attempt timeout';
    yield {
      at: 'stream.firstContentMs',
      message: `The first content may take ${words.ms(stream.firstContentMs)}, but the ${name} ends the wait after ${words.ms(limitMs)}. Raise ${path} or lower firstContentMs.`,
      related: [{at: path, message: `The ${name} is set here.`}],
      suggestions: [
        {
          title: `Set firstContentMs to null, so that only the ${name} applies`,
          changes: [{do: 'set', path: 'stream.firstContentMs', value: null}],
        },
      ],
    };
  },
});
