import {formatNumber} from '../analysis/format.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const extremeHoldLimit: Rule = defineRule({
  code: 'RL415',
  name: 'no-extreme-hold-limit',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Hold a moderate number of bytes before the first content',
  documentation: () => ({
    why: `
An event stream is held in memory until its first content, up to \`holdBytes\`; a stream with more bytes is passed on. Announcements come
before the content: a role, a message id, and in OpenAI's Responses API the whole request, with its instructions and tools. A limit below
their size passes every stream on before its first content, so an error event after the announcements is not retried.

Each call in flight may hold that many bytes, so with a limit of megabytes a server that sends only pings can exhaust the client's memory.
`,
    sources: [
      {title: 'Event streams', url: 'docs/guides/streaming.md'},
      {
        title: 'OpenAI, Responses API: response.created',
        url: 'https://platform.openai.com/docs/api-reference/responses-streaming/response/created',
      },
    ],
    bad: [
      {
        name: 'less than an announcement',
        text: '{\n  "stream": {"holdBytes": 256}\n}\n',
        findings: [
          {
            message:
              'A stream is passed on after 256 bytes without content, and announcements are often longer, so an error event after them is not retried. Hold at least 4 KiB.',
            at: '2:14',
            marks: '"holdBytes"',
          },
        ],
        fixed: '{\n  "stream": {"holdBytes": 65536}\n}\n',
      },
      {
        name: '16 MiB for each call',
        text: '{\n  "stream": {"holdBytes": 16777216},\n  "concurrency": {"max": 50}\n}\n',
        findings: [
          {
            message:
              'Up to 16 MiB of each stream are held before its first content: 50 calls in flight hold 800 MiB. Hold at most 1 MiB.',
            at: '2:14',
            marks: '"holdBytes"',
          },
        ],
        fixed: '{\n  "stream": {"holdBytes": 65536},\n  "concurrency": {"max": 50}\n}\n',
      },
    ],
    good: [
      {name: '16 KiB', text: '{\n  "stream": {"holdBytes": 16384}\n}\n'},
      {name: 'nothing is held', text: '{\n  "stream": {"commit": "headers"}\n}\n'},
    ],
  }),

  needs: ['stream'],
  fields: ['stream', 'stream.commit', 'stream.holdBytes'],
  reads: ['concurrency'],

  *check(scope): Iterable<Draft> {
    const {stream} = scope.policy;
    if (stream?.commit !== 'content') return;
    const {holdBytes} = stream;
    if (holdBytes >= SMALL_BYTES && holdBytes <= LARGE_BYTES) return;
    const message =
      holdBytes < SMALL_BYTES
        ? `A stream is passed on after ${holdBytes} bytes without content, and announcements are often longer, so an error event after them is not retried. Hold at least ${SMALL_BYTES / 1024} KiB.`
        : `Up to ${formatNumber(holdBytes / LARGE_BYTES)} MiB of each stream are held before its first content: ${formatHeld(scope, holdBytes)}. Hold at most 1 MiB.`;
    yield {at: 'stream.holdBytes', message, fix: byDefault};
  },
});

const SMALL_BYTES = 4096;
/** 1 MiB. */
const LARGE_BYTES = 1_048_576;

const byDefault: FixDraft = {
  title: 'Set holdBytes to 65536, the default',
  changes: [{do: 'set', path: 'stream.holdBytes', value: 65_536}],
};

/** The memory that the calls in flight can hold; without a concurrency limit, that of 100 calls. */
function formatHeld({policy: {concurrency}}: Scope, holdBytes: number): string {
  const calls = concurrency?.max ?? 100;
  const held = formatNumber((calls * holdBytes) / LARGE_BYTES);
  return `${calls === 1 ? 'one call in flight holds' : `${calls} calls in flight hold`} ${held} MiB`;
}
