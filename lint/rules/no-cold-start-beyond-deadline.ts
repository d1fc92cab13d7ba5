import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const lateColdStart: Rule = defineRule({
  code: 'RL317',
  name: 'no-cold-start-beyond-deadline',
  category: 'latency',
  severity: 'info',
  confidence: 'low',
  summary: 'Give calls the time in which a model is loaded',
  documentation: () => ({
    why: `
\`readyPath\` makes calls wait until their endpoint is ready, at most until their deadline. If a model scales to zero, its one endpoint needs minutes until it has loaded
tens of gigabytes. With a deadline of 90 s, each call that wakes the model is refused (NO_ENDPOINT), and so are all that come before it is ready.

Raise the deadline above the time of a start, or start the model before its calls. If the model stays loaded, suppress this finding.
`,
    sources: [{title: 'Failover: endpoints that warm up', url: 'docs/guides/failover.md'}],
    bad: [
      {
        name: 'a model that scales to zero',
        text: '{\n  "deadlineMs": 90000,\n  "attemptTimeoutMs": 25000,\n  "endpoints": [{"name": "llama", "origin": "http://llama.models.svc:8000", "readyPath": "/health"}],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
        findings: [
          {
            message:
              'A call that finds llama not ready waits until its deadline of 90000 ms, and to load a model takes minutes: if llama scales to zero, the calls that start it are refused. Raise deadlineMs, if it does.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'time to load',
        text: '{\n  "deadlineMs": 600000,\n  "attemptTimeoutMs": 60000,\n  "endpoints": [{"name": "llama", "origin": "http://llama.models.svc:8000", "readyPath": "/health"}],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
      {
        name: 'a second endpoint that answers meanwhile',
        text: '{\n  "deadlineMs": 90000,\n  "attemptTimeoutMs": 25000,\n  "endpoints": [\n    {"name": "own", "origin": "http://llama.models.svc:8000", "readyPath": "/health"},\n    {"name": "spare", "origin": "https://models.example", "rank": 2}\n  ],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['deadlineMs', 'endpoints'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {deadlineMs, endpoints} = scope.policy;
    if (deadlineMs === null || deadlineMs > LOAD_MS || endpoints?.length !== 1) return;
    const [{name, readyPath}] = endpoints as readonly [(typeof endpoints)[number]];
    if (!readyPath || !(isModelRoute(scope) || buildsOn(scope, 'steadfetch:llm'))) return;
    yield {
      at: 'deadlineMs',
      message: `A call that finds ${name} not ready waits until its deadline of ${scope.dialect.words.ms(deadlineMs)}, and to load a model takes minutes: if ${name} scales to zero, the calls that start it are refused. Raise deadlineMs, if it does.`,
      related: [{at: 'endpoints', message: 'The endpoint is listed here.'}],
    };
  },
});

/** Two minutes: less than a model of tens of gigabytes takes from a disk on the network. */
const LOAD_MS = 120_000;
