/** Deadlines of a gRPC call: the caller's, and what the server is told. */
import {type InterceptorOptions, propagate} from '@grpc/grpc-js';

/** How long the caller gives the call, by its own deadline or by that of the call it is made for. Infinity: no limit. */
export function callersTimeMs({deadline, parent, propagate_flags: flags}: InterceptorOptions, wall: number): number {
  const isInherited = ((flags ?? propagate.DEFAULTS) & propagate.DEADLINE) !== 0;
  const inherited = isInherited ? parent?.getDeadline() : undefined;
  return Math.min(instant(deadline), instant(inherited)) - wall;
}

const instant = (deadline: Date | number | undefined): number =>
  deadline === undefined ? Number.POSITIVE_INFINITY : Number(deadline);

/** Without a deadline for grpc-js to keep: the engine keeps it, attempt by attempt. */
export function withoutDeadline(options: InterceptorOptions): InterceptorOptions {
  const {deadline: _, ...rest} = options;
  if (options.parent === undefined) return rest;
  return {...rest, propagate_flags: (options.propagate_flags ?? propagate.DEFAULTS) & ~propagate.DEADLINE};
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
