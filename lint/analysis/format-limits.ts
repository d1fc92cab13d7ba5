/** Formats the limits of a quota. */

import type {Scope} from '../model/scope.ts';
import {formatCount, formatList} from './format.ts';

export interface Limit {
  readonly unit: string;
  readonly max: number;
  readonly perMs: number;
}

/** `500 requests in 1000 ms`. */
export const formatLimit = ({words}: Scope, {unit, max, perMs}: Limit): string =>
  `${formatCount(max, UNITS[unit] ?? unit)} in ${words.ms(perMs)}`;

export const formatLimits = (scope: Scope): string =>
  formatList((scope.policy.quota?.limits ?? []).map(limit => formatLimit(scope, limit)));

const UNITS: Readonly<Record<string, string>> = {
  requests: 'request',
  tokens: 'token',
  inputTokens: 'input token',
  outputTokens: 'output token',
};
