/** What `steadfetch chaos` tells people, in at most 80 columns. */
import type {FaultServerCounts} from '../chaos/counts.ts';
import type {ServedEndpoint} from '../chaos/fault-server.ts';
import {servicesOf} from '../simulate/scenario/services.ts';
import type {Fault, Latency, Scenario, ScenarioService} from '../simulate/scenario/types.ts';
import {WIDTH, wrap} from './wrap.ts';

export interface Served {
  readonly url: string;
  /** Empty where the scenario has none. */
  readonly endpoints: readonly Pick<ServedEndpoint, 'name' | 'url'>[];
  readonly seed: number;
  readonly timeFrom: 'first-request' | 'start';
}

/** The counts of an endpoint. */
export interface NamedCounts extends FaultServerCounts {
  readonly name: string;
}

/** Printed when the server listens. */
export function introText(scenario: Scenario, {url, endpoints, seed, timeFrom}: Served): string {
  const {name, description} = scenario;
  const begins = timeFrom === 'start' ? 'now' : 'with the first request';
  return [
    ...wrap(description === '' ? name : `${name}: ${description}`),
    ...servicesOf(scenario).flatMap(({settings}, index) => [...placeOf(endpoints[index]), ...courseOf(settings)]),
    ...wrap(
      `Listening${endpoints.length === 0 ? ` on ${url}` : ''}, seed ${seed}. Time begins ${begins}. Ctrl-C ends it.`,
    ),
    '',
  ].join('\n');
}

const placeOf = (endpoint: Served['endpoints'][number] | undefined): string[] =>
  endpoint === undefined ? [] : [`${endpoint.name} on ${endpoint.url}`];

/** Faults that are listed; a scenario may have a hundred. */
const FAULTS = 8;

function courseOf({faults, outages}: ScenarioService): string[] {
  const lines = faults.slice(0, FAULTS).flatMap(fault => wrap(faultText(fault), {first: '  ', rest: '      '}));
  if (faults.length > FAULTS) lines.push(`  and ${faults.length - FAULTS} more faults`);
  if (outages !== null) {
    const {meanUpMs, meanDownMs, failure} = outages;
    lines.push(`  up for ${seconds(meanUpMs)}, then down for ${seconds(meanDownMs)}, on average: ${failure}`);
  }
  return lines;
}

function faultText(fault: Fault): string {
  const {fromMs, toMs, ratio} = fault;
  const until = toMs === null ? '' : ` to ${seconds(toMs)}`;
  const when = fromMs === 0 && toMs === null ? 'always' : `from ${seconds(fromMs)}${until}`;
  const share = ratio === 1 ? 'every request' : `${Number((100 * ratio).toPrecision(3))} % of the requests`;
  return `${when}, ${share}: ${howOf(fault)}`;
}

function howOf(fault: Fault): string {
  if (fault.kind === 'status') return String(fault.status);
  if (fault.kind !== 'slow') return HOW[fault.kind];
  const {factor, addedMs} = fault;
  return [
    ...(factor === 1 ? [] : [`${number(factor)} times as slow`]),
    ...(addedMs === null ? [] : [`${addedText(addedMs)} later`]),
  ].join(' and ');
}

const HOW = {refused: 'connection refused', reset: 'connection reset', hang: 'no answer'} as const;

/** The kind of a law that is not fixed says enough. */
const addedText = (law: Latency): string => (law.kind === 'fixed' ? seconds(law.ms) : `${law.kind} times`);

/** One line; facts that do not fit are left out, the last ones first. */
export function progressText(counts: FaultServerCounts, durationMs: number, width: number = WIDTH): string {
  const {atMs} = counts;
  if (atMs === null) return 'waiting for the first request';
  const time = `${clockOf(atMs)}${atMs < durationMs ? ` of ${clockOf(durationMs)}` : ''}`;
  return lineOf([time, ...factsOf(counts)], width);
}

function lineOf(facts: readonly string[], width: number): string {
  const shown = [...facts];
  while (shown.join(' | ').length > width) shown.pop();
  return shown.join(' | ');
}

const factsOf = ({received, processed, refused, statuses, broken, waiting}: FaultServerCounts): string[] => [
  `${number(received)} received`,
  ...Object.entries(statuses).map(([status, count]) => `${status}: ${number(count)}`),
  ...(broken === 0 ? [] : [`${number(broken)} broken`]),
  `${number(waiting)} waiting`,
  `${number(processed)} processed`,
  `${number(refused)} refused`,
];

/**
 * Printed at the end.
 *
 * @param endpoints What each has served; empty where the scenario has none.
 */
export function summaryText(
  scenario: Scenario,
  counts: FaultServerCounts,
  endpoints: readonly NamedCounts[],
  lateMs: LateMs,
): string {
  const {atMs, received, processed, refused, statuses, broken, streamErrors, abandoned, waiting} = counts;
  if (atMs === null) return `${scenario.name}: no request came.\n`;
  const rows: (readonly [string, number])[] = [
    ['requests received', received],
    ['  refused by a quota, load shedding or a full line', refused],
    ['  processed: what a service that charges charges for', processed],
    ...Object.entries(statuses).map(([status, count]) => [`answered ${status}`, count] as const),
    ...(streamErrors === 0 ? [] : [['  event streams that ended in an error', streamErrors] as const]),
    ['connections broken', broken],
    ['left by their client before the end', abandoned],
    ['without an answer when the server ended', waiting],
  ];
  const width = Math.max(...rows.map(([, count]) => number(count).length));
  return [
    `${scenario.name}: ${clockOf(atMs)} of its time`,
    ...rows.map(([name, count]) => `${name.padEnd(56)}${number(count).padStart(width)}`),
    ...endpoints.map(endpoint => lineOf([endpoint.name, ...factsOf(endpoint)], WIDTH)),
    ...(lateMs.p99 < LATE_MS ? [] : wrap(lateText(lateMs))),
    '',
  ].join('\n');
}

/** How late the process was, because it or its machine was busy. */
export interface LateMs {
  readonly p99: number;
  readonly max: number;
}

/** Less is within what real services differ by. */
const LATE_MS = 100;

const lateText = ({p99, max}: LateMs): string =>
  `This machine was busy: the server answered up to ${Math.round(max)} ms later than the scenario says (P99 ${Math.round(p99)} ms).`;

const seconds = (ms: number): string => `${ms / 1000} s`;

const number = (value: number): string => value.toLocaleString('en');

/** `1:05` */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
