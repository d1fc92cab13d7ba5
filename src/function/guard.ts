/** The function adapter: the call and the retry loop around any function, for clients without a fetch. */

import {beginCall} from '../call/begin.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {innerReport} from '../call/inner-report.ts';
import {attachToError} from '../call/report.ts';
import {Client} from '../client/client.ts';
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import type {ClassifyInput, Ports, Reclassification} from '../client/ports.ts';
import {refuseEndpoints} from '../client/refuse-endpoints.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {Outcome} from '../core/outcome.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import {handleOf} from '../features/everything.ts';
import type {CallOverrides, PolicyInput} from '../policy/types.ts';
import type {Answer} from '../transport/answer.ts';
import {watchFollowedRedirects} from '../transport/followed-redirects.ts';
import {type FunctionContext, FunctionTransport} from './function-transport.ts';

/** The options of one call of a guarded function. */
export interface FunctionCall {
  /**
   * The idempotency key of the call, the same for each attempt. With a key the call is retried although the server may have acted, so the
   * function has to send the key: it is `context.key`, and the key header in `context.headers`.
   */
  readonly key?: string;
  /** Whether the function may run twice: a read, or a write with the same effect the second time. Default: false. */
  readonly idempotent?: boolean;
  /** Ends the call: a wait ends, and the attempt in flight is aborted. */
  readonly signal?: AbortSignal;
  /**
   * The tokens that the call takes of a `quota`: of the prompt, and the most that may be generated. Default: 0. If the function returns an
   * object with the `usage` of a vendor's SDK, the quota is corrected by it.
   */
  readonly tokens?: AskedTokens;
  /** Fields of the policy that this call changes. See docs/policy.md, Overrides of one call. */
  readonly resilience?: CallOverrides;
}

/** The functions beside a policy, and a name. Each is optional. */
export interface FunctionPorts extends Omit<Ports<Answer>, 'fetch' | 'weigh' | 'translate'> {
  /**
   * The name of what the functions call, such as `orders-db`. Functions of one name share a budget and a breaker. Letters, digits, dots and
   * hyphens. Default: `function`.
   */
  readonly name?: string;
  /** Classifies what the policy cannot, such as a returned object that has an error. May be asynchronous; bounded by the deadline. */
  classify?(outcome: ClassifyInput<Answer>): Awaitable<Reclassification | undefined>;
}

/**
 * Runs a function under the policy, and runs it again if that is safe and may help.
 *
 * A returned value is a success. An exception is a failed attempt. It is classified by its status (`status`, `statusCode`,
 * `response.status`), else by its code (`ECONNRESET`); any other exception is not transient. Pass `signal` on: a function that ignores it
 * keeps running after its attempt has timed out.
 *
 * @throws What the last attempt threw, with a field `resilience` that says why it was not retried; TimeoutError; RejectedError.
 */
export type GuardedFunction = <Value>(
  run: (signal: AbortSignal, context: FunctionContext) => Awaitable<Value>,
  call?: FunctionCall,
) => Promise<Value>;

/**
 * Makes a function that runs other functions under a policy: a query, a method of an SDK, a subprocess.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  `name`, and functions beside the policy, each optional: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @throws TypeError for an invalid name.
 *
 * @example
 * const guarded = guard({deadlineMs: 5000}, {name: 'orders-db'});
 * const rows = await guarded(signal => db.query('SELECT * FROM orders', {signal}), {idempotent: true});
 */
export function guard<Json>(policy?: PolicyArgument<Json>, ports?: FunctionPorts): GuardedFunction;
export function guard(policy?: PolicyInput | PolicyHandle, ports: FunctionPorts = {}): GuardedFunction {
  const {name = 'function', classify, ...others} = ports;
  const url = urlOf(name);
  const handle = handleOf(policy, ports);
  refuseEndpoints(handle, 'guard() cannot send a function elsewhere: use createFetch() with these endpoints inside it');
  const withInner = (input: ClassifyInput<Answer>) => innerDecision(input) ?? classify?.(input);
  const client = new Client<Answer>(handle, {...others, classify: withInner}, httpAnswers);
  watchFollowedRedirects(handle.plans.all.map(({policy}) => policy.correlation?.header));
  return async (run, {key, idempotent = false, signal, tokens, resilience} = {}) => {
    const call = beginCall(client, 'POST', url, {
      ...resilience,
      ...(key !== undefined && {idempotencyKey: key}),
      ...(idempotent && {idempotentMethods: ['POST']}),
    });
    const transport = new FunctionTransport(call, run, key, signal ?? null, tokens);
    const outcome = await new Promise<Outcome<Answer>>(settle => runCall(call, transport, {settle}, call.startedAt));
    return unwrap(call, outcome);
  };
}

/** Guards and spans are keyed by an origin; RFC 2606 reserves `.invalid`, so that this one is no server's. */
function urlOf(name: string): string {
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,60}[a-z0-9])?$/i.test(name))
    throw new TypeError(
      `The name of a guard is made of letters, digits, dots and hyphens, got ${JSON.stringify(name)}.`,
    );
  return `https://${name}.invalid/`;
}

/** A client of ours inside the function has decided already; a retry on top of its own would multiply the attempts. */
function innerDecision({response, error, classification}: ClassifyInput<Answer>): Reclassification | undefined {
  const inner = innerReport(response === null ? error : response.origin);
  return inner === undefined ? undefined : {transient: false, reason: classification.reason};
}

/** @throws The error of the last attempt. */
function unwrap<Value>(call: CallContext<Answer>, {response, error}: Outcome<Answer>): Value {
  if (response === null) throw error;
  if (response.error === undefined) return response.value as Value;
  attachToError(call, response.error);
  throw response.error;
}
