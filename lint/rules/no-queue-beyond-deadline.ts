import {formatHeldTime, type HeldPlace, heldPlaceOf} from '../analysis/held-place.ts';
import {lastWaitMs} from '../analysis/places.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const queueBeyondDeadline: Rule = defineRule({
  code: 'RL311',
  name: 'no-queue-beyond-deadline',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Keep the queue short enough for the deadline',
  documentation: () => ({
    why: `
A queue helps in a peak only if its last call still gets a response. If the queue takes longer to empty than the deadline, its last calls
wait and then fail, when the caller has no time left for an alternative. A full queue of that length stays full, and every call waits for
nearly its whole deadline. A short queue refuses calls at once, so the caller can react.

The last call of a full queue waits for queue · latency / max. The latency is the mean of \`objective.assume.latencyMs\` where two
percentiles are given, else the median.
`,
    sources: [
      {
        title: 'Google SRE Book, Addressing Cascading Failures: queue management',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
      {
        title: 'D. Yanacek, Avoiding insurmountable queue backlogs (Amazon Builders’ Library)',
        url: 'https://aws.amazon.com/builders-library/avoiding-insurmountable-queue-backlogs/',
      },
    ],
    bad: [
      {
        name: 'a queue of 1000 for 10 calls in flight',
        text: '{\n  "deadlineMs": 10000,\n  "attemptTimeoutMs": 2000,\n  "concurrency": {"max": 10, "queue": 1000},\n  "objective": {"assume": {"latencyMs": {"p50": 180}}}\n}\n',
        findings: [
          {
            message:
              'The last of 1000 calls in the queue waits 18000 ms (10 in flight, each for about 180 ms), longer than the deadline of 10000 ms. Shorten the queue.',
            at: '4:30',
            marks: '"queue"',
          },
        ],
      },
      {
        name: 'no time left for the attempt',
        text: '{\n  "deadlineMs": 2000,\n  "attemptTimeoutMs": 600,\n  "concurrency": {"max": 4, "queue": 38},\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
        findings: [
          {
            message:
              'The last of 38 calls in the queue waits 1929 ms (4 in flight, each for 203 ms on average), and the deadline of 2000 ms leaves 70.9 ms for its attempt. Shorten the queue.',
            at: '4:29',
            marks: '"queue"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a queue that empties in a second',
        text: '{\n  "deadlineMs": 10000,\n  "attemptTimeoutMs": 2000,\n  "concurrency": {"max": 10, "queue": 50},\n  "objective": {"assume": {"latencyMs": {"p50": 180}}}\n}\n',
      },
      {name: 'latency is not assumed', text: '{\n  "concurrency": {"max": 10, "queue": 1000}\n}\n'},
    ],
  }),

  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.max', 'concurrency.queue'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, deadlineMs} = scope.policy;
    if (concurrency === null || deadlineMs === null || concurrency.queue === 0) return;
    const held = heldPlaceOf(scope);
    if (held === undefined || held.ms === 0) return;
    const {max, queue} = concurrency;
    const waitMs = lastWaitMs(queue, max, held.ms);
    if (waitMs + held.ms <= deadlineMs) return;
    const {words} = scope.dialect;
    const deadline = words.ms(deadlineMs);
    const wait = `The last of ${queue} calls in the queue waits ${words.ms(waitMs)} (${formatInFlight(scope, max, held)})`;
    const past =
      waitMs >= deadlineMs
        ? `longer than the deadline of ${deadline}`
        : `and the deadline of ${deadline} leaves ${words.ms(deadlineMs - waitMs)} for its attempt`;
    const suggestedQueue = Math.max(0, Math.floor(((deadlineMs - held.ms) * max) / held.ms));
    yield {
      at: mostSpecific(scope, 'concurrency.queue', 'concurrency.max', 'deadlineMs'),
      message: `${wait}, ${past}. Shorten the queue.`,
      related: [
        {at: 'deadlineMs', message: 'The deadline is set here.'},
        {at: 'objective.assume.latencyMs', message: 'The latency is assumed here.'},
      ],
      suggestions: [setting(scope, 'concurrency.queue', suggestedQueue)],
    };
  },
});

const formatInFlight = (scope: Scope, max: number, held: HeldPlace): string =>
  `${max === 1 ? '1 in flight,' : `${max} in flight, each`} for ${formatHeldTime(scope, held)}`;
