/** Random numbers for each part of a scenario, from its one seed. */
import {type Random, seededRandom} from '../core/random.ts';
import type {ServiceRandom} from './service/model.ts';

const STREAMS = [
  'arrivals',
  'requests',
  'latency',
  'faults',
  'outages',
  'engine',
  'layers',
  'service',
  'endpoints',
] as const;

/** Finds the generator of a part. */
export type RandomStreams = (name: (typeof STREAMS)[number]) => Random;

/**
 * The generator of a part. Each draws the same numbers whatever the other ones do, and a server draws those of the simulation.
 */
export function randomStreams(seed: number): RandomStreams {
  const seeds = seededRandom(seed);
  const bySeed = new Map(STREAMS.map(name => [name, seededRandom(Math.floor(seeds() * 2 ** 32))]));
  return name => bySeed.get(name)!;
}

/** The generators of the model of a service. */
export const serviceRandom = (random: RandomStreams): ServiceRandom => ({
  latency: random('latency'),
  faults: random('faults'),
  outages: random('outages'),
});

/** The generators of each of several services. The first has those of the scenario, as the service of a scenario without endpoints. */
export function streamsOfServices(random: RandomStreams, count: number): readonly RandomStreams[] {
  const seeds = random('endpoints');
  return Array.from({length: count}, (_, index) =>
    index === 0 ? random : randomStreams(Math.floor(seeds() * 2 ** 32)),
  );
}
