/** Reads a scenario: checks it, fills its defaults, and asks what no single field can tell. */
import {type PolicyProblem, problemsText, SteadfetchError} from '../../core/errors.ts';
import {resolvePolicy} from '../../policy/resolve.ts';
import {type Fields, type Shape, shapesOf} from '../../policy/shape.ts';
import {nearest} from '../../policy/suggestions.ts';
import {readShape, type Vocabulary} from '../../policy/validate.ts';
import {scenarios} from './scenarios.ts';
import {scenarioShape} from './shapes.ts';
import type {CumulativePoint, Fault, Latency, Scenario, ScenarioInput, ScenarioService} from './types.ts';

/** A scenario cannot run. The message and `problems` name every wrong field. */
export class InvalidScenarioError extends SteadfetchError {
  override readonly name = 'InvalidScenarioError';
  /** One for each wrong field. */
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super('INVALID_SCENARIO', problemsText('The scenario', problems));
    this.problems = problems;
  }
}

/** The names of the scenarios that come with the package. */
export const scenarioNames: readonly string[] = Object.keys(scenarios);

/**
 * Checks a scenario and fills its defaults.
 *
 * @param input A scenario as written, or the name of one of `scenarioNames`.
 * @throws InvalidScenarioError naming every wrong field.
 */
export function readScenario(input: ScenarioInput | string): Scenario {
  const written = typeof input === 'string' ? named(input) : input;
  const {value, problems} = readShape<ScenarioInput>(written, scenarioShape, VOCABULARY);
  refuse(problems);
  const scenario = filled(value, scenarioShape) as Scenario;
  refuse(contradictions(scenario));
  return scenario;
}

function named(name: string): ScenarioInput {
  const scenario = scenarios[name];
  if (scenario !== undefined && Object.hasOwn(scenarios, name)) return scenario;
  const near = nearest(name, scenarioNames);
  const hint = near === undefined ? `the names are ${scenarioNames.join(', ')}` : `did you mean "${near}"?`;
  throw new InvalidScenarioError([
    {path: '', message: `${JSON.stringify(name)} is not the name of a scenario; ${hint}`},
  ]);
}

function refuse(problems: readonly PolicyProblem[]): void {
  if (problems.length > 0) throw new InvalidScenarioError(problems);
}

const VOCABULARY: Vocabulary = {
  noun: 'a scenario',
  suggest(key, object, {fields}) {
    const near = nearest(
      key,
      Object.keys(fields).filter(field => !object.has(field)),
    );
    return near === undefined ? '' : `; did you mean "${near}"?`;
  },
};

/** The value with the defaults of every object in it. */
function filled(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) {
    const list = shapesOf(shape).find(each => 'item' in each);
    return list === undefined ? value : value.map(item => filled(item, list.item));
  }
  if (typeof value !== 'object' || value === null) return value;
  for (const each of shapesOf(shape)) {
    if ('fields' in each) return filledObject(value, each);
    if ('kinds' in each) return filledObject(value, kindOf(value, each.kinds));
  }
  return value;
}

/** Without a kind, the first is meant. */
function kindOf(value: object, kinds: Readonly<Record<string, Fields>>): Fields {
  const {kind} = value as {readonly kind?: string};
  return kinds[kind ?? ''] ?? Object.values(kinds)[0]!;
}

function filledObject(value: object, {fields, defaults}: Fields): Record<string, unknown> {
  const own = Object.entries(value).map(([key, each]) => [key, filled(each, fields[key]!)] as const);
  return {...defaults, ...Object.fromEntries(own)};
}

function contradictions({traffic, layers, service, endpoints}: Scenario): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [index, {fromMs, toMs}] of traffic.phases.entries())
    if (toMs <= fromMs)
      problems.push({path: `traffic.phases[${index}].toMs`, message: `must be after fromMs (${fromMs}), got ${toMs}`});
  if (traffic.requests.every(({share}) => share === 0))
    problems.push({path: 'traffic.requests', message: 'must have a request with a share above 0'});
  for (const [index, {policy}] of layers.entries())
    problems.push(...problemsOfPolicy(policy, `layers[${index}].policy`));
  problems.push(...problemsOfService(service, 'service'));
  for (const [index, {name, service: own}] of endpoints.entries()) {
    if (endpoints.findIndex(other => other.name === name) < index)
      problems.push({
        path: `endpoints[${index}].name`,
        message: `must not be ${JSON.stringify(name)}: another endpoint has that name`,
      });
    if (own !== null) problems.push(...problemsOfService(own, `endpoints[${index}].service`));
  }
  return problems;
}

const problemsOfService = (service: ScenarioService, path: string): PolicyProblem[] => [
  ...laws(service, path).flatMap(([place, law]) => problemsOfLaw(law, place)),
  ...problemsOfFaults(service.faults, `${path}.faults`),
];

function problemsOfPolicy(policy: unknown, path: string): PolicyProblem[] {
  try {
    resolvePolicy(policy);
    return [];
  } catch (error) {
    const {problems} = error as {readonly problems?: readonly PolicyProblem[]};
    if (problems === undefined) throw error;
    return problems.map(problem => ({
      path: problem.path === '' ? path : `${path}.${problem.path}`,
      message: problem.message,
    }));
  }
}

const laws = (
  {latencyMs, bodyMs, networkMs, faults, stream}: ScenarioService,
  path: string,
): (readonly [string, Latency | null | undefined])[] => [
  [`${path}.latencyMs`, latencyMs],
  [`${path}.bodyMs`, bodyMs],
  ...faults.map(
    (fault, index) => [`${path}.faults[${index}].addedMs`, fault.kind === 'slow' ? fault.addedMs : null] as const,
  ),
  [`${path}.networkMs`, networkMs],
  [`${path}.stream.firstContentMs`, stream?.firstContentMs],
  [`${path}.stream.contentMs`, stream?.contentMs],
];

function problemsOfLaw(law: Latency | null | undefined, path: string): PolicyProblem[] {
  if (law?.kind === 'cumulative') return problemsOfShares(law.points, path);
  if (law?.kind !== 'quantiles') return [];
  const isAscending = law.points.every(
    ({quantile, ms}, index) =>
      index === 0 || (quantile > law.points[index - 1]!.quantile && ms >= law.points[index - 1]!.ms),
  );
  return isAscending ? [] : [{path: `${path}.points`, message: 'must be in ascending order, by quantile and by ms'}];
}

function problemsOfShares(points: readonly CumulativePoint[], path: string): PolicyProblem[] {
  const isAscending = points.every(
    ({ms, share}, index) => index === 0 || (ms >= points[index - 1]!.ms && share >= points[index - 1]!.share),
  );
  if (isAscending && points.at(-1)!.share === 1) return [];
  return [
    {path: `${path}.points`, message: 'must be in ascending order, by ms and by share, and end with a share of 1'},
  ];
}

function problemsOfFaults(faults: readonly Fault[], path: string): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [index, fault] of faults.entries()) {
    if (fault.toMs !== null && fault.toMs <= fault.fromMs)
      problems.push({
        path: `${path}[${index}].toMs`,
        message: `must be after fromMs (${fault.fromMs}), got ${fault.toMs}`,
      });
    if (fault.kind === 'slow' && fault.factor === 1 && fault.addedMs === null)
      problems.push({
        path: `${path}[${index}]`,
        message: 'must have a factor above 1 or addedMs: without them nothing is slow',
      });
    // The sum rises only where a fault begins.
    const sum = faults.filter(other => isActive(other, fault.fromMs)).reduce((total, {ratio}) => total + ratio, 0);
    if (sum > 1 + 1e-9)
      problems.push({
        path,
        message: `have ratios that add up to ${sum} at ${fault.fromMs} ms, and 1 is the most`,
      });
  }
  return problems;
}

const isActive = ({fromMs, toMs}: Fault, atMs: number): boolean =>
  atMs >= fromMs && atMs < (toMs ?? Number.POSITIVE_INFINITY);
