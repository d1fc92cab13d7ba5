/**
 * A fetch for the clients of model endpoints: those of OpenAI, Anthropic, Google, Mistral, the AI SDK, LangChain.
 *
 * @module
 */
import type {Ports} from './client/ports.ts';
import {handleOf} from './features/everything.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {Ports} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {PolicyInput} from './policy/types.ts';

const PRESET = 'steadfetch:llm';

/**
 * Makes a `fetch` under the preset `steadfetch:llm`, for the option `fetch` of a model client. Switch off the retries of the client itself.
 *
 * @param policy Added to the preset: a field here replaces the preset's. Default: `{name: 'models'}`. With several SDKs, give each a fetch with a
 *   name of its own, such as `{name: 'openai'}`: guards have it, and so do calls outside the routes of the preset, which are called `llm.chat` and so on.
 * @param ports  As of `createFetch`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 *
 * @example
 * const client = new OpenAI({fetch: modelFetch(), maxRetries: 0});
 */
export function modelFetch(policy: PolicyInput = {}, ports: Ports = {}): ResilientFetch {
  const {extends: own = []} = policy;
  const extended = {name: 'models', ...policy, extends: own.includes(PRESET) ? own : [PRESET, ...own]};
  return fetchUnder(handleOf(extended, ports), observed(ports));
}
