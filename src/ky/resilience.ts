/**
 * The ky adapter: one init hook.
 *
 * It appends an installer that runs after every other init hook, also those of later `.extend()`s, and so gets the final options. There are
 * two loops, chosen per call. If no hook of the user can see a retry, the engine's loop runs inside ky's fetch, and ky neither clones nor
 * retries; otherwise the engine drives ky's loop, and hooks see the same as without steadfetch.
 */
import ky, {type InitHook, type KyInstance, type Options} from 'ky';
import {refuseTranslate} from '../call/failover-port.ts';
import {Client} from '../client/client.ts';
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import {handleOf} from '../features/usual.ts';
import type {PolicyInput} from '../policy/types.ts';
import {watchFailedRequests, watchRedirects} from '../transport/redirects.ts';
import {explicitOptions, takeOverTimeouts} from './explicit-options.ts';
import {KyCall, type KyOptions} from './ky-call.ts';
import {driveKyLoop} from './ky-loop.ts';
import {installOwnLoop} from './own-loop.ts';
import type {KyPorts} from './ports.ts';

/** Known to other copies of this package, which a dependency may have. */
const OURS = Symbol.for('steadfetch.ky');

/**
 * Makes options for ky that follow a policy: `ky.extend(resilience(policy))`.
 *
 * Hooks, `ky.retry()`, `ky.stop` and later `.extend()`s keep working. The options `retry`, `timeout` and `totalTimeout` take precedence over
 * the policy where they are set. A time limit that passed is ky's own `TimeoutError`. Errors have a field `resilience`: the report that
 * says why the call was not retried. If ky is extended twice, the last policy applies.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, each optional: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 *   A `fetch` is set by ky's option of that name.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @throws SteadfetchError with code PEER_PACKAGE if the installed ky is older than 2.1.
 * @see RFC 9110 §9.2.2 (idempotent methods), §10.2.3 (Retry-After)
 *
 * @example
 * const api = ky.extend(resilience({maxAttempts: 4, deadlineMs: 10_000}));
 * await api.get('https://example.com/users').json();
 */
export function resilience<Json>(policy?: PolicyArgument<Json>, ports?: KyPorts): Options;
export function resilience(policy?: PolicyInput | PolicyHandle, ports: KyPorts = {}): Options {
  return optionsUnder(handleOf(policy, ports), ports);
}

/** The same under a policy that is already there. */
export function optionsUnder(handle: PolicyHandle, ports: KyPorts): Options {
  requireKy();
  refuseTranslate(ports);
  const client = new Client(handle, ports, httpAnswers);
  watchFailedRequests();
  watchRedirects();
  const init: InitHook & {[OURS]?: true} = options => {
    const marked = options as {[OURS]?: true};
    if (marked[OURS]) return; // The same hook twice, by extending twice, is one policy.
    const hooks: (InitHook & {[OURS]?: true})[] = options.hooks!.init!;
    if (hooks.findLast(hook => hook[OURS]) !== init) return; // The instance was extended by another policy, which replaces this one.
    marked[OURS] = true;
    // ky also runs hooks that are appended while it iterates. The last hook need not append itself again.
    if (hooks.at(-1) === init) install(client, options as KyOptions);
    else hooks.push(later => install(client, later as KyOptions));
  };
  init[OURS] = true;
  return {hooks: {init: [init]}};
}

/** ky before 2.0 ignores init hooks without an error, so no policy would apply. `query` exists from ky 2.1 on, which tests cover. */
function requireKy(): void {
  if (typeof (ky as Partial<KyInstance>).query === 'function') return;
  throw new SteadfetchError('PEER_PACKAGE', 'resilience() needs ky 2.1 or later: run "npm install ky@2".');
}

function install(client: Client<Response>, options: KyOptions): void {
  const watches = client.handle.policy.maxAttempts === null;
  const explicit = explicitOptions(options, watches);
  const {beforeRetry, afterResponse, beforeError} = options.hooks;
  const canSeeRetries =
    beforeRetry.length > 0 ||
    afterResponse.length > 0 ||
    beforeError.length > 0 ||
    options.onUploadProgress !== undefined;
  const kyDecides =
    explicit.overrides?.maxAttempts === null || (watches && explicit.overrides?.maxAttempts === undefined);
  // A policy that only watches has no time limits, and leaves ky its own.
  if (!watches) takeOverTimeouts(options, explicit);
  const call = new KyCall(client, options, explicit);
  if (kyDecides || canSeeRetries) driveKyLoop(call, options, kyDecides);
  else installOwnLoop(call, options);
}
