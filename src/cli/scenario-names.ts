/** The names of scenarios, for helps and completions. */
import {scenarios} from '../simulate/scenario/scenarios.ts';

const isOfEndpoints = (name: string): boolean => scenarios[name]?.endpoints !== undefined;

export const ENDPOINT_SCENARIOS: readonly string[] = Object.keys(scenarios).filter(isOfEndpoints);
export const SCENARIOS: readonly string[] = Object.keys(scenarios).filter(name => !isOfEndpoints(name));
export const ALL_SCENARIOS: readonly string[] = Object.keys(scenarios).sort();
