/** The attempt timeout of calls to models, which work the longer the more output they are asked for. */
import type {PaidAttempts} from '../policy/types.ts';
import {askedTokens} from './asked-tokens.ts';

/**
 * The attempt timeout of a call: longer where the body asks for much output.
 *
 * @param attemptTimeoutMs Infinity without a limit.
 * @param bodyText         The request body; undefined where it is not known.
 */
export function attemptTimeoutFor(attemptTimeoutMs: number, paid: PaidAttempts, bodyText: string | undefined): number {
  const {attemptTimeoutPerOutputTokenMs: perTokenMs} = paid;
  if (perTokenMs === null || attemptTimeoutMs === Infinity) return attemptTimeoutMs;
  const {outputTokens = 0} = askedTokens(bodyText);
  return Math.max(attemptTimeoutMs, perTokenMs * outputTokens);
}
