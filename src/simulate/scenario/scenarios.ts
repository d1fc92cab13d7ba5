// Generated from schema/scenarios by schema/generate.ts. Do not edit.

import type {ScenarioInput} from './types.ts';

/** The scenarios that have a name, as they are written. */
export const scenarios: Readonly<Record<string, ScenarioInput>> = {
  /** A service that answers every request by a 503 for 20 s. */
  'outage': {
    version: 1,
    name: 'outage',
    description: 'A service that answers every request by a 503 for 20 s.',
    durationMs: 90000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [{kind: 'status', ratio: 1, fromMs: 20000, toMs: 40000, status: 503, afterMs: 10}],
    },
  },
  /** A service that is well: one request in 200 fails, and every answer comes. */
  'steady': {
    version: 1,
    name: 'steady',
    description: 'A service that is well: one request in 200 fails, and every answer comes.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [{kind: 'status', ratio: 0.005, status: 503, afterMs: 10}],
    },
  },
};
