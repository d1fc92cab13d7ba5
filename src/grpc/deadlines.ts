/** The deadline of a gRPC call: the caller's, that of a call above, or the policy's; and what of it is sent to the server. */
import type {EventEmitter} from 'node:events';
import {type Deadline, type InterceptorOptions, propagate} from '@grpc/grpc-js';

/** A call that a server handles. */
export interface ParentCall extends EventEmitter {
  readonly cancelled: boolean;
  getDeadline(): Deadline;
}

/** The call of a server's own that this one is made for, as far as it hands something down. */
export function parentOf(
  {parent, propagate_flags: flags}: InterceptorOptions,
  what: 'DEADLINE' | 'CANCELLATION',
): ParentCall | undefined {
  return ((flags ?? propagate.DEFAULTS) & propagate[what]) === 0 ? undefined : parent;
}

/**
 * When the caller's patience ends, by the wall; Infinity without a deadline of its own or of its parent's.
 *
 * @throws TypeError
 */
export function callersDeadline(options: InterceptorOptions): number {
  return Math.min(instant(options.deadline), instant(parentOf(options, 'DEADLINE')?.getDeadline()));
}

/** null is what grpc-js takes, too. Of NaN it makes an exception that ends the process. */
function instant(deadline: Date | number | null | undefined): number {
  const at = Number(deadline ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(at)) throw new TypeError(`The deadline of a call is a number or a Date, got ${String(deadline)}.`);
  return at;
}

/**
 * The options of one attempt. The engine keeps the deadline, and listens to the parent once for all attempts. Only a stream
 * may outlive what the engine bounds, its time to the first message: there grpc-js keeps the caller's deadline.
 */
export function attemptOptions(options: InterceptorOptions): InterceptorOptions {
  const {deadline: _deadline, parent: _parent, ...rest} = options;
  const deadline = callersDeadline(options);
  return options.method_definition.responseStream && deadline !== Number.POSITIVE_INFINITY ? {...rest, deadline} : rest;
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['m', 1],
  ['S', 1000],
  ['M', 60_000],
  ['H', 3_600_000],
];
/** A value has eight digits at the most. */
const MOST = 99_999_999;

/** The `grpc-timeout` of an attempt, rounded up to its unit. */
export function timeoutValue(ms: number): string {
  const [unit, size] = UNITS.find(([, size]) => ms / size <= MOST) ?? UNITS.at(-1)!;
  return `${Math.min(MOST, Math.max(1, Math.ceil(ms / size)))}${unit}`;
}
