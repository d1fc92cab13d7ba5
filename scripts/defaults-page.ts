/**
 * Writes docs/defaults.md: every preset in every named scenario, and each default beside other values, in scenarios where it matters.
 * `npm run docs:defaults` runs it; `npm run test:truth` checks that the page is up to date.
 */
import {writeFileSync} from 'node:fs';
import type {PolicyInput} from '../src/policy/types.ts';
import {scenarios} from '../src/simulate/scenario/scenarios.ts';
import {simulate} from '../src/simulate/simulate.ts';

/** A default, and what it is compared with. */
interface Comparison {
  readonly field: string;
  /** What the rows show, in a sentence or two. */
  readonly why: string;
  readonly scenarios: readonly string[];
  /** By what a reader would write; the first is the default. */
  readonly values: Readonly<Record<string, PolicyInput>>;
}

const PRESETS = [
  'steadfetch:default',
  'steadfetch:interactive',
  'steadfetch:payments',
  'steadfetch:batch',
  'steadfetch:llm',
];

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
    why: 'In an outage a breaker costs the calls between the return of the service and the next probe. In a spike it is what brings the service back.',
    scenarios: ['outage', 'flapping', 'cold-start', 'spike'],
    values: {
      'ratio (the default)': {},
      consecutive: {breaker: {kind: 'consecutive'}},
      'none (breaker: null)': {breaker: null},
    },
  },
  {
    field: 'breaker.openMs',
    why: 'How long an open breaker waits before it sends probes. Longer times turn a short outage into a longer one.',
    scenarios: ['outage', 'flapping', 'cold-start', 'spike'],
    values: {
      5000: {},
      1000: {breaker: {openMs: 1000}},
      15000: {breaker: {openMs: 15_000}},
      60000: {breaker: {openMs: 60_000}},
    },
  },
  {
    field: 'breaker.windowMs',
    why: 'A shorter window opens sooner: less load in an outage, and more calls refused where the service comes and goes. A client that sends less than two requests a second never fills a window of 10 s.',
    scenarios: ['outage', 'flapping', 'spike'],
    values: {30000: {}, 10000: {breaker: {windowMs: 10_000}}, 60000: {breaker: {windowMs: 60_000}}},
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

const HEAD = ['success', 'requests per call', 'paid requests per call', 'P99 of successes', 'recovery'];

async function numbers(policy: PolicyInput | null, scenario: string): Promise<string[]> {
  const {successRatio, requestsPerCall, paidRequests, calls, latencyMs, recovery} = await simulate(policy, scenario, {
    seed: 1,
  });
  return [
    `${(successRatio * 100).toFixed(1)} %`,
    requestsPerCall.toFixed(2),
    (paidRequests / calls).toFixed(2),
    seconds(latencyMs.successful.p99),
    recovery === null ? '' : seconds(recovery.afterMs),
  ];
}

function seconds(ms: number): string {
  if (!Number.isFinite(ms)) return 'not in time';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_cell, index) => (index < head.length - HEAD.length ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}

async function presetTable(): Promise<string> {
  const rows: string[][] = [];
  const names = Object.keys(scenarios).filter(name => scenarios[name]!.endpoints === undefined);
  for (const scenario of names)
    for (const [index, policy] of [null, ...PRESETS].entries())
      rows.push([
        index === 0 ? `\`${scenario}\`` : '',
        policy ?? 'no policy',
        ...(await numbers(policy === null ? null : {extends: [policy]}, scenario)),
      ]);
  return table(['scenario', 'policy', ...HEAD], rows);
}

async function comparisonSection({field, why, scenarios: names, values}: Comparison): Promise<string> {
  const rows: string[][] = [];
  for (const scenario of names)
    for (const [index, [value, policy]] of Object.entries(values).sort(byDefaultFirst(values)).entries())
      rows.push([
        index === 0 ? `\`${scenario}\`` : '',
        index === 0 ? `**${value}**` : value,
        ...(await numbers(policy, scenario)),
      ]);
  return `### \`${field}\`\n\n${why}\n\n${table(['scenario', 'value', ...HEAD], rows)}`;
}

/** Object keys that are whole numbers come in their order, not in that of writing. The default is the one without a change. */
const byDefaultFirst =
  (values: Comparison['values']) =>
  ([one]: [string, PolicyInput], [other]: [string, PolicyInput]): number =>
    Object.keys(values[one]!).length === 0 ? -1 : Object.keys(values[other]!).length === 0 ? 1 : 0;

export async function defaultsPage(): Promise<string> {
  const sections: string[] = [];
  for (const comparison of COMPARISONS) sections.push(await comparisonSection(comparison));
  return `<!-- Generated by scripts/defaults-page.ts (npm run docs:defaults). Do not edit. -->

# What each default does

Every number here comes from [\`steadfetch simulate\`](simulate.md) with seed 1: the real engine against a modelled service. The clients of a
scenario do not know each other; each has a budget and a breaker of its own, as processes have.

Paid requests are those that the service began to process. P99 is that of the calls that succeeded: a policy that gives up early looks fast. Recovery is the time
from the end of the trouble until calls succeed as before.

## Presets

In each named scenario with one service; presets have no endpoints.

${await presetTable()}

- In \`outage\`, the service is down for 20 s of 90 s, so calls that are sent once succeed in 78 %. An open breaker costs the calls up to its next probe,
  and keeps load from the service while it is down.
- In \`spike\`, calls without a policy are all answered, after up to 30 s, because they wait for as long as it takes. Few callers do.
- In \`paid-timeout\`, the default and \`steadfetch:interactive\` end each attempt before a model can have generated the answer. \`steadfetch:llm\` is for models;
  \`retry-lint\` reports a policy for a model whose attempts are too short.

## Defaults

Fields that decide what may be retried, and not how often, have no row: they follow from the [semantics](semantics.md), not from numbers.

${sections.join('\n\n')}
`;
}

if (import.meta.main) writeFileSync(new URL('../docs/defaults.md', import.meta.url), await defaultsPage());
