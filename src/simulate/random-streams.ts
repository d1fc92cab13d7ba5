/** Random numbers for each part of a scenario, from its one seed. */
import {type Random, seededRandom} from '../core/random.ts';

const STREAMS = ['arrivals', 'requests', 'latency', 'faults', 'outages', 'engine', 'layers', 'service'] as const;

/**
 * The generator of a part. Each draws the same numbers whatever the other ones do, and a server draws those of the simulation.
 */
export function randomStreams(seed: number): (name: (typeof STREAMS)[number]) => Random {
  const seeds = seededRandom(seed);
  const bySeed = new Map(STREAMS.map(name => [name, seededRandom(Math.floor(seeds() * 2 ** 32))]));
  return name => bySeed.get(name)!;
}
