/** Which scenarios a server can stand for: those that it can serve as they are written. */
import type {PolicyProblem} from '../core/errors.ts';
import {InvalidScenarioError, readScenario} from '../simulate/scenario/read.ts';
import type {Scenario, ScenarioHeader, ScenarioInput, ScenarioService} from '../simulate/scenario/types.ts';
import {nodeHttp} from './node-http.ts';

/** The server writes these by itself: others would make the response unreadable, and not a response of the scenario. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The seed of a scenario that states none. By it the first 100 requests meet as many faults as the middle half of 200 seeds; by seed 1, that of
 * the simulation, 6 faults where a ratio of 0.02 promises 2.
 */
const DEFAULT_SEED = 155;

/** @throws InvalidScenarioError naming every field that is wrong, or that a server cannot serve. */
export function readServedScenario(input: ScenarioInput | string): Scenario {
  const scenario = readScenario(input);
  const problems = [...problemsOfLayers(scenario), ...headersOf(scenario).flatMap(problemsOfHeader)];
  if (problems.length > 0) throw new InvalidScenarioError(problems);
  const hasSeed = typeof input !== 'string' && input.seed !== undefined; // No named scenario has one.
  return hasSeed ? scenario : {...scenario, seed: DEFAULT_SEED};
}

const problemsOfLayers = ({layers}: Scenario): PolicyProblem[] =>
  layers.length === 0
    ? []
    : [
        {
          path: 'layers',
          message:
            'must be empty: a server stands for the service alone, and a layer is a client with a policy of its own. Leave them out, or simulate the scenario',
        },
      ];

const headersOf = ({service, endpoints}: Scenario): (readonly [string, ScenarioHeader])[] => [
  ...headersOfService(service, 'service'),
  ...endpoints.flatMap(({service: own}, index) =>
    own === null ? [] : headersOfService(own, `endpoints[${index}].service`),
  ),
];

function headersOfService(
  {faults, shedding, capacity}: ScenarioService,
  path: string,
): (readonly [string, ScenarioHeader])[] {
  const lists: [string, readonly ScenarioHeader[]][] = [
    ...faults.map((fault, index): [string, readonly ScenarioHeader[]] => [
      `${path}.faults[${index}].headers`,
      fault.kind === 'status' ? fault.headers : [],
    ]),
    [`${path}.shedding.headers`, shedding?.headers ?? []],
    [`${path}.capacity.headers`, capacity?.headers ?? []],
  ];
  return lists.flatMap(([place, headers]) => headers.map((header, index) => [`${place}[${index}]`, header] as const));
}

function problemsOfHeader([path, {name, value}]: readonly [string, ScenarioHeader]): PolicyProblem[] {
  if (OF_THE_SERVER.has(name.toLowerCase()))
    return [{path: `${path}.name`, message: `must not be ${JSON.stringify(name)}, which the server writes by itself`}];
  try {
    nodeHttp().validateHeaderValue(name, value);
    return [];
  } catch {
    return [{path: `${path}.value`, message: `must have characters of a header only, got ${JSON.stringify(value)}`}];
  }
}
