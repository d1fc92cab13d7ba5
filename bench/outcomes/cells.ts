/** The cells of the grid of outcomes: one fault, one rate of calls, one number of clients. */
import type {
  FaultInput,
  ScenarioInput,
  ScenarioServiceInput as ServiceInput,
} from '../../src/simulate/scenario/types.ts';

export type Family = 'outage' | 'partial' | 'flapping' | 'cold start' | 'weak after' | 'spike' | 'healthy';
export type Fault = '503' | '429' | 'refused' | 'hang' | 'slow';

/** A scenario of the grid, and what it is counted by. */
export interface Cell {
  readonly family: Family;
  readonly name: string;
  readonly fault: Fault;
  /** How long the service is down, in seconds; of a partial failure, the share that fails. */
  readonly size: number;
  /** Calls of one client, in a second. */
  readonly rate: number;
  readonly clients: number;
  /** What is asked for. */
  readonly work: Work;
  /** When the trouble begins and ends, in ms. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly scenario: ScenarioInput;
}

/** What is asked for, and of what kind of service. */
export interface Work {
  readonly latencyMs: ServiceInput['latencyMs'];
  /** Default: a GET. */
  readonly request?: {readonly method: string; readonly url: string};
}

/** A service that answers a GET in some 80 ms. */
export const QUICK: Work = {latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5}};

/** A service that answers a GET in some 2 s. */
export const SLOW: Work = {latencyMs: {kind: 'lognormal', medianMs: 2000, sigma: 0.4}};

/** A ledger: a POST whose caller extends the preset for payments. */
export const PAYMENT: Work = {
  latencyMs: {kind: 'lognormal', medianMs: 400, sigma: 0.5},
  request: {method: 'POST', url: 'https://service.example/pay'},
};

/** A model that generates for some 8 s. */
export const MODEL: Work = {
  latencyMs: {kind: 'lognormal', medianMs: 8000, sigma: 0.6},
  request: {method: 'POST', url: 'https://service.example/v1/chat/completions'},
};

/** Calls in a second by each client, and clients. */
export type Load = readonly [rate: number, clients: number];

/** From one call in a second by one client to a thousand by one, by ten or by a hundred. */
export const LOADS: readonly Load[] = [
  [1, 1],
  [1, 10],
  [1, 100],
  [10, 1],
  [10, 10],
  [10, 100],
  [100, 1],
  [100, 10],
  [1000, 1],
];

/** A server that answers late takes 200 times as long, some 16 s of the quick service: longer than an attempt may. */
const FAULTS: Readonly<Record<Fault, FaultInput>> = {
  '503': {kind: 'status', status: 503, afterMs: 10},
  '429': {kind: 'status', status: 429, afterMs: 10},
  refused: {kind: 'refused'},
  hang: {kind: 'hang'},
  slow: {kind: 'slow', factor: 200},
};

type Shape = Pick<Cell, 'family' | 'fault' | 'size' | 'fromMs' | 'toMs'> & {
  readonly label: string;
  readonly durationMs: number;
  readonly service: ServiceInput;
  readonly phases?: ScenarioInput['traffic']['phases'];
};

const cellOf = (shape: Shape, [rate, clients]: Load, work: Work): Cell => {
  const {label, durationMs, service, phases, ...rest} = shape;
  const traffic = {perSecond: rate * clients, clients, phases, requests: work.request && [work.request]};
  const name = `${rest.family}, ${label}, ${rate}/s by ${clients === 1 ? 'one client' : `each of ${clients} clients`}`;
  return {...rest, name, work, rate, clients, scenario: {durationMs, traffic, service}};
};

/** All requests fail from 10 s on. Calls go on for so long afterwards. */
export function outage(
  fault: Fault,
  seconds: number,
  load: Load,
  work: Work = QUICK,
  afterMs: number = seconds <= 5 ? 15_000 : seconds <= 20 ? 30_000 : 50_000,
): Cell {
  const fromMs = 10_000;
  const toMs = fromMs + seconds * 1000;
  const service = {latencyMs: work.latencyMs, faults: [{...FAULTS[fault], ratio: 1, fromMs, toMs}]};
  const shape = {fault, fromMs, toMs, service, durationMs: toMs + afterMs, label: `${fault} for ${seconds} s`};
  return cellOf({family: 'outage', size: seconds, ...shape}, load, work);
}

/** A share of the requests fails for 30 s. */
export function partial(fault: Fault, ratio: number, load: Load, work: Work = QUICK, seconds = 30): Cell {
  const [fromMs, toMs] = [10_000, 10_000 + seconds * 1000];
  const service = {latencyMs: work.latencyMs, faults: [{...FAULTS[fault], ratio, fromMs, toMs}]};
  const shape = {fault, fromMs, toMs, service, durationMs: toMs + 10_000, label: `${fault} of ${percent(ratio)}`};
  return cellOf({family: 'partial', size: ratio, ...shape}, load, work);
}

/** A service that is up for 10 s, and down for so long, on average. */
export function flapping(downSeconds: number, load: Load, work: Work = QUICK, durationMs = 120_000): Cell {
  const outages = {meanUpMs: 10_000, meanDownMs: downSeconds * 1000, failure: 503} as const;
  const shape = {fault: '503', fromMs: 0, toMs: durationMs, service: {latencyMs: work.latencyMs, outages}} as const;
  return cellOf(
    {family: 'flapping', size: downSeconds, durationMs, label: `down ${downSeconds} s`, ...shape},
    load,
    work,
  );
}

/** Down for so many seconds of every so many. */
export function pulses(fault: Fault, downSeconds: number, everySeconds: number, load: Load, work: Work): Cell {
  const durationMs = 60_000;
  const faults = Array.from({length: durationMs / 1000 / everySeconds}, (_, pulse) => {
    const fromMs = (pulse + 0.5) * everySeconds * 1000;
    return {...FAULTS[fault], fromMs, toMs: fromMs + downSeconds * 1000};
  });
  const label = `${fault} for ${downSeconds} s of every ${everySeconds} s`;
  const shape = {fault, fromMs: 0, toMs: durationMs, durationMs, label, service: {latencyMs: work.latencyMs, faults}};
  return cellOf({family: 'flapping', size: downSeconds, ...shape}, load, work);
}

/** Refuses connections for 5 s, and fails ever fewer requests in the 10 s after. */
export function coldStart(load: Load, work: Work = QUICK): Cell {
  const warming = [0.8, 0.6, 0.4, 0.2].map((ratio, step) => {
    const fromMs = 5000 + 2500 * step;
    return {...FAULTS['503'], afterMs: 50, ratio, fromMs, toMs: fromMs + 2500};
  });
  const faults = [{...FAULTS.refused, ratio: 1, fromMs: 0, toMs: 5000}, ...warming];
  const shape = {fault: 'refused', fromMs: 0, toMs: 15_000, durationMs: 40_000, label: '5 s refused'} as const;
  return cellOf({family: 'cold start', size: 5, ...shape, service: {latencyMs: work.latencyMs, faults}}, load, work);
}

/** Fails every request at once while it starts, as a model that is being loaded; then it answers. */
export function loading(seconds: number, load: Load, work: Work): Cell {
  const toMs = seconds * 1000;
  const service = {latencyMs: work.latencyMs, faults: [{...FAULTS['503'], ratio: 1, fromMs: 0, toMs}]};
  const shape = {fault: '503', fromMs: 0, toMs, service, durationMs: 40_000, label: `503 for ${seconds} s`} as const;
  return cellOf({family: 'cold start', size: seconds, ...shape}, load, work);
}

/** A service with a quarter more workers than it needs, and a line for a minute of work. */
function workersFor([rate, clients]: Load, stopsAbandoned = false): ServiceInput {
  const perSecond = rate * clients * 1.25;
  const workers = Math.max(1, Math.round(perSecond * 0.1));
  const capacity = {workers, queue: Math.ceil(rate * clients * 60), stopsAbandoned};
  return {latencyMs: {kind: 'exponential', meanMs: (1000 * workers) / perSecond}, capacity};
}

/** A service with little to spare is out for 20 s. */
export function weakAfter(load: Load): Cell {
  const [fromMs, toMs] = [10_000, 30_000];
  const service = {...workersFor(load), faults: [{...FAULTS['503'], ratio: 1, fromMs, toMs}]};
  const shape = {fault: '503', fromMs, toMs, durationMs: 80_000, label: '503 for 20 s'} as const;
  return cellOf({family: 'weak after', size: 20, ...shape, service}, load, QUICK);
}

/** Five times the usual load for 10 s. */
export function spike(stopsAbandoned: boolean, load: Load): Cell {
  const [fromMs, toMs] = [10_000, 20_000];
  const shape = {
    fault: 'slow',
    fromMs,
    toMs,
    durationMs: 120_000,
    label: stopsAbandoned ? 'stops' : 'works on',
  } as const;
  const phases = [{fromMs, toMs, perSecond: 5 * load[0] * load[1]}];
  return cellOf(
    {family: 'spike', size: stopsAbandoned ? 1 : 0, ...shape, service: workersFor(load, stopsAbandoned), phases},
    load,
    QUICK,
  );
}

/** A few requests fail all the time. */
export function healthy(ratio: number, load: Load, work: Work = QUICK, durationMs = 60_000): Cell {
  const service = {latencyMs: work.latencyMs, faults: [{...FAULTS['503'], ratio}]};
  const shape = {
    fault: '503',
    fromMs: 0,
    toMs: durationMs,
    durationMs,
    service,
    label: `503 of ${percent(ratio)}`,
  } as const;
  return cellOf({family: 'healthy', size: ratio, ...shape}, load, work);
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
