/** How one endpoint is chosen among those of a rank that are free. */
import type {Random} from '../core/random.ts';
import type {EndpointLoad} from '../guards/endpoint-load.ts';
import type {Endpoint, Failover} from '../policy/types.ts';

/** An endpoint that can be chosen. */
interface Choice {
  readonly endpoint: Pick<Endpoint, 'weight'>;
  readonly guards: {readonly load: EndpointLoad | null};
}

/** Assumed while no endpoint of the rank has answered. */
const FIRST_MS = 1;

/**
 * One of the choices.
 *
 * @param of At least one.
 */
export function choose<C extends Choice>(
  balance: Failover['balance'],
  of: readonly C[],
  random: Random,
  now: number,
): C {
  if (of.length === 1) return of[0]!;
  switch (balance) {
    case 'weighted':
      return byWeight(of, random, choice => weightOf(choice, now));
    case 'least-pending':
      return byPending(of, random, now);
    case 'p2c-ewma':
      return byLatency(of, random, now);
  }
}

/** Less for an endpoint that was ejected, for a while after its return. */
const weightOf = ({endpoint, guards}: Choice, now: number): number =>
  endpoint.weight * (guards.load!.ejections?.shareAt(now) ?? 1);

function byWeight<C extends Choice>(of: readonly C[], random: Random, worthOf: (choice: C) => number): C {
  let left = random() * of.reduce((sum, choice) => sum + worthOf(choice), 0);
  for (const choice of of) {
    left -= worthOf(choice);
    if (left < 0) return choice;
  }
  return of.at(-1)!;
}

/** The choices with the lowest cost. */
function lowest<C extends Choice>(of: readonly C[], costOf: (choice: C) => number): readonly C[] {
  const costs = of.map(costOf);
  const least = Math.min(...costs);
  return of.filter((_, n) => costs[n] === least);
}

/**
 * Failures to expect before a success count as in flight: an endpoint that fails at once has nothing in flight, and must not look idle.
 */
function byPending<C extends Choice>(of: readonly C[], random: Random, now: number): C {
  const leastRefused = Math.min(...of.map(({guards}) => guards.load!.refusedShare(now)));
  const worthOf = ({guards}: C): number => worth(guards.load!, leastRefused, now);
  const pendingPerWeight = (choice: C): number =>
    (choice.guards.load!.pending + Math.floor(1 / worthOf(choice) - 1)) / weightOf(choice, now);
  return byWeight(lowest(of, pendingPerWeight), random, choice => weightOf(choice, now) * worthOf(choice));
}

/**
 * The share of attempts that are worth something. A refusal is not, as far as the endpoint refuses more than others do: all of them refuse
 * an unknown id, and one alone that refuses everything swallows calls.
 */
const worth = (load: EndpointLoad, leastRefused: number, now: number): number =>
  load.successShare(now) - (load.refusedShare(now) - leastRefused);

/** Two different ones at random: of the two, the one whose next answer costs less. */
function byLatency<C extends Choice>(of: readonly C[], random: Random, now: number): C {
  const first = Math.floor(random() * of.length);
  const other = (first + 1 + Math.floor(random() * (of.length - 1))) % of.length;
  const [a, b] = [of[first]!, of[other]!];
  const known = of.flatMap(({guards}) => guards.load!.averageMs(now) ?? []);
  // An endpoint that is new is neither rushed at nor shunned.
  const unknownMs = known.length === 0 ? FIRST_MS : Math.min(...known);
  return cost(b, a, unknownMs, now) < cost(a, b, unknownMs, now) ? b : a;
}

/**
 * Grows with the time until a success. The root, because an endpoint that gets more calls has more in flight although none waits in line, and
 * an average of latencies already has the wait in it. Without it, an endpoint ten times as slow gets a call in a hundred.
 *
 * @see Twitter Finagle, PeakEwma
 */
function cost(choice: Choice, other: Choice, unknownMs: number, now: number): number {
  const load = choice.guards.load!;
  const leastRefused = Math.min(load.refusedShare(now), other.guards.load!.refusedShare(now));
  const ownMs = load.latencyMs(now, unknownMs);
  // As far as this endpoint alone refuses, it counts as no faster than the other.
  const excess = load.refusedShare(now) - leastRefused;
  const ms = ownMs + excess * Math.max(0, other.guards.load!.latencyMs(now, unknownMs) - ownMs);
  return (ms * Math.sqrt((load.pending + 1) / weightOf(choice, now))) / worth(load, leastRefused, now);
}
