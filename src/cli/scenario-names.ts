/** The names of scenarios, for helps and completions: not every command loads the scenarios themselves. A test compares both. */

export const SCENARIOS: readonly string[] = [
  'brownout',
  'cold-start',
  'flapping',
  'outage',
  'paid-timeout',
  'quota-burst',
  'rate-limited',
  'slow-tail',
  'slowdown',
  'spike',
  'steady',
  'stream-overload',
];

/** The scenarios for policies with endpoints. */
export const ENDPOINT_SCENARIOS: readonly string[] = ['one-slow-of-three', 'rank-brownout', 'region-down'];

export const ALL_SCENARIOS: readonly string[] = [...SCENARIOS, ...ENDPOINT_SCENARIOS].sort();
