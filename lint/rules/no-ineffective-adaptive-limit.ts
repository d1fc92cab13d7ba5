import {leastConcurrency} from '../../src/policy/least-concurrency.ts';
import {setting} from '../analysis/setting.ts';
import {isSet, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const ineffectiveAdaptiveLimit: Rule = defineRule({
  code: 'RL219',
  name: 'no-ineffective-adaptive-limit',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Let an adaptive concurrency limit adapt',
  documentation: () => ({
    why: `
An adaptive limit starts at \`start\` and grows with successes up to \`max\`. Whenever the server throttles, the limit is multiplied by
\`decreaseRatio\`, but never falls below \`min\`. A start outside these bounds is moved to the nearer one. With equal bounds the limit is
fixed. With a large ratio it takes many round trips to halve the load on an overloaded server: 7 with 0.9, 14 with 0.95, 69 with 0.99.
`,
    sources: [
      {
        title: 'D.-M. Chiu, R. Jain, Analysis of the Increase and Decrease Algorithms for Congestion Avoidance (1989)',
        url: 'https://doi.org/10.1016/0169-7552(89)90019-6',
      },
      {
        title: 'Netflix, concurrency-limits: AIMDLimit, with a ratio of 0.9 and at least 0.5',
        url: 'https://github.com/Netflix/concurrency-limits',
      },
    ],
    bad: [
      {
        name: 'a start above the maximum',
        text: '{\n  "concurrency": {"kind": "adaptive", "start": 500, "max": 100}\n}\n',
        findings: [
          {
            message: 'The limit starts at 100, not at 500, because max is 100. Lower start or raise max.',
            at: '2:39',
            marks: '"start"',
          },
        ],
        fixed: '{\n  "concurrency": {"kind": "adaptive", "start": 100, "max": 100}\n}\n',
      },
      {
        name: 'a start below the minimum',
        text: '{\n  "concurrency": {"kind": "adaptive", "start": 1, "min": 10}\n}\n',
        findings: [
          {
            message: 'The limit starts at 10, not at 1, because min is 10. Raise start or lower min.',
            at: '2:39',
            marks: '"start"',
          },
        ],
        fixed: '{\n  "concurrency": {"kind": "adaptive", "start": 10, "min": 10}\n}\n',
      },
      {
        name: 'equal bounds',
        text: '{\n  "concurrency": {"kind": "adaptive", "min": 20, "max": 20}\n}\n',
        findings: [
          {
            message: 'The limit is always 20, because min and max are equal. Lower min, or set kind to "fixed".',
            at: '2:39',
            marks: '"min"',
          },
        ],
      },
      {
        name: 'a small decrease',
        text: '{\n  "concurrency": {"kind": "adaptive", "decreaseRatio": 0.97}\n}\n',
        findings: [
          {
            message:
              'A decrease leaves 0.97 of the limit, so it takes 23 decreases, one per round trip, to halve the load on a server that throttles. Set decreaseRatio to at most 0.9.',
            at: '2:39',
            marks: '"decreaseRatio"',
          },
        ],
        fixed: '{\n  "concurrency": {"kind": "adaptive", "decreaseRatio": 0.7}\n}\n',
      },
    ],
    good: [
      {
        name: 'a limit from 4 to 256',
        text: '{\n  "concurrency": {"kind": "adaptive", "start": 20, "min": 4, "max": 256}\n}\n',
      },
      {
        name: 'a maximum below the default start',
        text: '{\n  "concurrency": {"kind": "adaptive", "min": 1, "max": 10}\n}\n',
      },
    ],
  }),

  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.start', 'concurrency.min', 'concurrency.max', 'concurrency.decreaseRatio'],

  *check(scope): Iterable<Draft> {
    const {concurrency} = scope.policy;
    // RL401 reports a minimum above the maximum.
    if (concurrency?.kind !== 'adaptive') return;
    const {start, max, decreaseRatio} = concurrency;
    const min = leastConcurrency(concurrency);
    if (min > max) return;
    if (min === max)
      yield {
        at: mostSpecific(scope, 'concurrency.min', 'concurrency.max'),
        message: `The limit is always ${max}, because min and max are equal. Lower min, or set kind to "fixed".`,
      };
    else yield* movedStart(scope, start, min, max);
    if (decreaseRatio <= LARGEST_RATIO) return;
    const decreases = Math.ceil(Math.log(0.5) / Math.log(decreaseRatio));
    yield {
      at: 'concurrency.decreaseRatio',
      message: `A decrease leaves ${decreaseRatio} of the limit, so it takes ${decreases} decreases, one per round trip, to halve the load on a server that throttles. Set decreaseRatio to at most ${LARGEST_RATIO}.`,
      fix: setting(scope, 'concurrency.decreaseRatio', DEFAULT_RATIO),
    };
  },
});

/** The ratio of Netflix's limiter: 7 decreases halve the limit. */
const LARGEST_RATIO = 0.9;
const DEFAULT_RATIO = 0.7;

/** Not reported for the default start: the author chose only the bounds. */
function* movedStart(scope: Scope, start: number, min: number, max: number): Iterable<Draft> {
  if (!isSet(scope, 'concurrency.start') || (start >= min && start <= max)) return;
  const isAbove = start > max;
  const bound = isAbove ? max : min;
  yield {
    at: 'concurrency.start',
    message: `The limit starts at ${bound}, not at ${start}, because ${isAbove ? 'max' : 'min'} is ${bound}. ${isAbove ? 'Lower start or raise max' : 'Raise start or lower min'}.`,
    related: [{at: `concurrency.${isAbove ? 'max' : 'min'}`, message: 'The bound is set here.'}],
    fix: setting(scope, 'concurrency.start', bound),
  };
}
