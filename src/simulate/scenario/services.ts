/** The services of a scenario, by name. */
import type {Scenario, ScenarioService} from './types.ts';

export interface NamedService {
  /** That of its endpoint. */
  readonly name: string;
  readonly settings: ScenarioService;
}

/** One for each endpoint; without endpoints, the one service. */
export const servicesOf = ({endpoints, service}: Pick<Scenario, 'endpoints' | 'service'>): readonly NamedService[] =>
  endpoints.length === 0
    ? [{name: 'service', settings: service}]
    : endpoints.map(({name, service: own}) => ({name, settings: own ?? service}));
