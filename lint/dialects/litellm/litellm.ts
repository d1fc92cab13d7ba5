/**
 * LiteLLM's config.yaml: the groups of models of its proxy, and how its router retries them. Checked against the source of LiteLLM 1.110.2;
 * decision 0119 has what differs from its documentation.
 */

import {defineDialect} from '../define-dialect.ts';
import type {Dialect} from '../dialect.ts';
import {formatNumber} from '../format-number.ts';
import {inverse} from './inverse.ts';
import {DEFAULTS, REFUSALS, shapeOf} from './shape.ts';
import {sign} from './sign.ts';
import {unitsOf} from './units.ts';

const seconds = (ms: unknown): string => formatNumber(Number(ms) / 1000);

const formatTrigger = (trigger: unknown): string => {
  const error = Object.keys(REFUSALS).find(name => REFUSALS[name] === trigger);
  return error ?? String(trigger);
};

export const litellm: Dialect = defineDialect({
  ...sign,
  capabilities: {
    gatesByMethod: false,
    jitter: 'builtin',
    attemptTimeout: true,
    honorsHint: true,
    defaultBudget: false,
    kind: 'call',
  },
  defaults: DEFAULTS,
  unit: 'seconds',
  suggestedTimeoutMs: 600_000,
  fields: {
    name: {name: 'model_name'},
    maxAttempts: {name: 'num_retries', format: attempts => String(Number(attempts) - 1)},
    attemptTimeoutMs: {name: 'request_timeout', format: seconds},
    retryOn: {name: 'retry_policy', format: formatTrigger},
    'endpoints.origin': {name: 'api_base'},
  },
  ms: ms => `${seconds(ms)} s`,
  unitsOf,
  shapeOf,
  inverse,
  ignoresExtensions: false,
});
