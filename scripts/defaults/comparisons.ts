/** Each default beside other values, in the named scenarios where it matters. */
import type {PolicyInput} from '../../src/policy/types.ts';
import {simulate} from '../../src/simulate/simulate.ts';
import {table} from './markdown.ts';

/** A default, and what it is compared with. */
interface Comparison {
  readonly field: string;
  /** What the rows show, in a sentence or two. */
  readonly why: string;
  readonly scenarios: readonly string[];
  /** By what a reader would write; the first is the default. */
  readonly values: Readonly<Record<string, PolicyInput>>;
}

const COMPARISONS: readonly Comparison[] = [
  {
    field: 'maxAttempts',
    why: 'Two retries answer almost all calls that a server fails at random. More attempts add load, and little success.',
    scenarios: ['steady', 'brownout'],
    values: {3: {}, 1: {maxAttempts: 1}, 2: {maxAttempts: 2}, 5: {maxAttempts: 5}},
  },
  {
    field: 'attemptTimeoutMs',
    why: 'A hang costs its caller this long before the retry. A short timeout also ends attempts that would have been answered; the work of the service is then lost.',
    scenarios: ['brownout', 'slow-tail', 'spike'],
    values: {8000: {}, 1000: {attemptTimeoutMs: 1000}, 2000: {attemptTimeoutMs: 2000}, null: {attemptTimeoutMs: null}},
  },
  {
    field: 'backoff.throttledBaseMs',
    why: 'The shortest first wait after a throttled answer; where the answer says when to come back, the wait is at least as long as it says.',
    scenarios: ['rate-limited', 'quota-burst'],
    values: {
      1000: {},
      100: {backoff: {throttledBaseMs: 100}},
      5000: {backoff: {throttledBaseMs: 5000}},
    },
  },
  {
    field: 'backoff.jitter',
    why: 'Without jitter, clients that failed together come back together. Little of it shows here: budgets let few retries through, and a hint of the server is spread whatever the jitter.',
    scenarios: ['spike', 'rate-limited'],
    values: {full: {}, none: {backoff: {jitter: 'none'}}, equal: {backoff: {jitter: 'equal'}}},
  },
  {
    field: 'retryAfter.honor',
    why: 'A retry at the time that the server names costs no budget, so a client that listens sends more to a service that is over its quota all the time. Where that happens, set `quota`: then calls wait in line.',
    scenarios: ['rate-limited'],
    values: {true: {}, false: {retryAfter: {honor: false}}},
  },
  {
    field: 'budget.capacity',
    why: 'Tokens of a full bucket: 100 are seven retries in a row that fail. A larger bucket retries longer in a brownout, and sends more to a service that is down.',
    scenarios: ['brownout', 'outage', 'spike', 'flapping'],
    values: {
      100: {},
      0: {budget: {capacity: 0}},
      500: {budget: {capacity: 500}},
      'none (budget: null)': {budget: null},
    },
  },
  {
    field: 'breaker',
    why: 'What opens it, and what happens then. A ratio opens late, stays open for a fixed time, and lets the full load back at once; calls that it refuses are lost.',
    scenarios: ['outage', 'flapping', 'cold-start', 'spike'],
    values: {
      'adaptive (the default)': {},
      ratio: {breaker: {kind: 'ratio'}},
      consecutive: {breaker: {kind: 'consecutive'}},
      'none (breaker: null)': {breaker: null},
    },
  },
  {
    field: 'breaker.maxWaitMs',
    why: 'How long a call waits for the end of an outage. 0: calls fail at once. A long wait answers more calls, and holds more of them: the rate times the wait.',
    scenarios: ['outage', 'flapping', 'cold-start', 'spike'],
    values: {
      3000: {},
      0: {breaker: {kind: 'adaptive', maxWaitMs: 0}},
      1000: {breaker: {kind: 'adaptive', maxWaitMs: 1000}},
      10000: {breaker: {kind: 'adaptive', maxWaitMs: 10_000}},
    },
  },
  {
    field: 'breaker.maxAgeMs',
    why: 'Calls that began later in the outage fail at once. Under null, all calls of a long outage wait in vain.',
    scenarios: ['outage'],
    values: {
      30000: {},
      5000: {breaker: {kind: 'adaptive', maxAgeMs: 5000}},
      null: {breaker: {kind: 'adaptive', maxAgeMs: null}},
    },
  },
  {
    field: 'breaker.failures',
    why: 'The shortest run of failures that opens the breaker where failures are rare. A shorter one opens by chance; a longer one sends more to a service that is down.',
    scenarios: ['outage', 'flapping', 'spike'],
    values: {
      8: {},
      5: {breaker: {kind: 'adaptive', failures: 5}},
      20: {breaker: {kind: 'adaptive', failures: 20}},
    },
  },
  {
    field: 'hedge',
    why: 'A second request for a call that takes long. It is off: it adds load, and is safe only where a repeated request changes nothing.',
    scenarios: ['slow-tail', 'spike'],
    values: {null: {}, '{"quantile": 0.95}': {hedge: {quantile: 0.95}}},
  },
  {
    field: 'quota',
    why: 'A client that learns the rate waits in line instead of being refused. It is off, because a call that waits is a surprise where a user does; `steadfetch:llm` and `steadfetch:batch` have it.',
    scenarios: ['rate-limited', 'quota-burst'],
    values: {null: {}, '{}': {quota: {}}},
  },
];

/** Success, requests per call, and the P99 of the calls that succeeded. */
export async function numbers(policy: PolicyInput | null, scenario: string): Promise<string> {
  const {successRatio, requestsPerCall, latencyMs} = await simulate(policy, scenario, {seed: 1});
  return `${(successRatio * 100).toFixed(1)} %, ${requestsPerCall.toFixed(2)}, ${seconds(latencyMs.successful.p99)}`;
}

function seconds(ms: number): string {
  if (!Number.isFinite(ms)) return 'not in time';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

async function comparisonSection({field, why, scenarios: names, values}: Comparison): Promise<string> {
  const rows: string[][] = [];
  for (const [index, [value, policy]] of Object.entries(values).sort(byDefaultFirst(values)).entries()) {
    const cells: string[] = [];
    for (const scenario of names) cells.push(await numbers(policy, scenario));
    rows.push([index === 0 ? `**${value}**` : value, ...cells]);
  }
  return `### \`${field}\`\n\n${why}\n\n${table(['value', ...names.map(name => `\`${name}\``)], rows, 1)}`;
}

/** Object keys that are whole numbers come in their order, not in that of writing. The default is the one without a change. */
const byDefaultFirst =
  (values: Comparison['values']) =>
  ([one]: [string, PolicyInput], [other]: [string, PolicyInput]): number =>
    Object.keys(values[one]!).length === 0 ? -1 : Object.keys(values[other]!).length === 0 ? 1 : 0;

export async function comparisonSections(): Promise<string> {
  const sections: string[] = [];
  for (const comparison of COMPARISONS) sections.push(await comparisonSection(comparison));
  return sections.join('\n\n');
}
