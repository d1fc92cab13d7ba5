import {formatCount} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isDefault} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const missingRefusals: Rule = defineRule({
  code: 'RL222',
  name: 'use-refusals',
  category: 'load',
  severity: 'info',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Read the error bodies of model endpoints before a retry',
  documentation: () => ({
    why: `
Model vendors answer with 429 both to an account that sends too fast and to one without credit. Only the body distinguishes them, and a retry
does not help the second: OpenAI's \`insufficient_quota\` is refused three more times, with the waits in between. Gemini and Hugging
Face state the wait only in the body, so a client that does not read the body retries too early.

With \`refusals\` the client reads the JSON body of an error that it might retry, up to 16 KiB, and the caller still gets the body whole.
\`"refusals": null\` states that bodies are not to be read, and this rule does not report it.
`,
    sources: [
      {
        title: 'OpenAI, Error codes: 429, exceeded your current quota',
        url: 'https://platform.openai.com/docs/guides/error-codes',
      },
      {
        title: 'Google, RetryInfo of a throttled response',
        url: 'https://cloud.google.com/apis/design/errors#error_details',
      },
    ],
    bad: [
      {
        name: 'a chat route',
        text: '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "retryOn": [429, 503]}\n  ]\n}\n',
        findings: [
          {
            message:
              'A 429 of POST /v1/chat/completions is retried, although only its body says whether the account has credit left. Set refusals.',
            at: '3:5',
            marks: '{',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "retryOn": [429, 503], "refusals": {}}\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'bodies are read',
        text: '{\n  "refusals": {},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "retryOn": [429]}]\n}\n',
      },
      {
        name: 'throttled calls are not retried',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "retryOn": [503]}]\n}\n',
      },
      {
        name: 'bodies are not to be read',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "refusals": null}]\n}\n',
      },
      {
        name: 'a path without a model',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/search"}}]\n}\n',
      },
    ],
  }),

  needs: ['refusals', 'routes'],
  fields: ['refusals', 'retryOn'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {refusals, retryOn} = scope.policy;
    if (refusals !== null && refusals.readBytes < LEAST_BYTES && mayRetry(scope))
      yield {
        at: 'refusals.readBytes',
        message: `An error body of more than ${formatCount(refusals.readBytes, 'byte')} is not read, and those of model endpoints have several hundred, so waits and refusals in them are missed. Raise readBytes to at least ${LEAST_BYTES}.`,
        severity: 'warning',
        fix: setting(scope, 'refusals.readBytes', 16_384),
      };
    if (!isDefault(scope, 'refusals') || !isModelRoute(scope) || !mayRetry(scope)) return;
    if (!retryOn.includes(429) && !retryOn.includes('4xx')) return;
    yield {
      at: 'refusals',
      message: `A 429 of ${callsOf(scope, 'POST')} is retried, although only its body says whether the account has credit left. Set refusals.`,
      fix: readBodies,
    };
  },
});

/** The error of a vendor with its details, such as RetryInfo, has up to a kilobyte. */
const LEAST_BYTES = 1024;

const readBodies: FixDraft = {
  title: 'Read error bodies, with the default limit',
  changes: [{do: 'set', path: 'refusals', value: {}}],
};
