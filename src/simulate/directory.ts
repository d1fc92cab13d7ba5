/** Where the requests of a client go: to the one service, or to that which stands for an endpoint of its policy. */
import type {Plans} from '../client/plan.ts';
import {originOf, targetOf} from '../client/target.ts';
import type {Endpoint} from '../policy/types.ts';
import {type NamedService, servicesOf} from './scenario/services.ts';
import type {Scenario} from './scenario/types.ts';
import type {Service, ServiceRequest} from './service/service.ts';

/** A service, as a client reaches it. */
export interface ReachedService {
  readonly service: Service;
  /** Status that an error in an event stream stands for. */
  readonly streamErrorStatus: number;
}

export interface Directory {
  /** The URL of the call that asks for that. */
  urlOf(request: ServiceRequest): string;
  at(url: string): ReachedService;
}

/** All URLs lead to one service. */
export const oneService = (reached: ReachedService): Directory => ({urlOf: ({url}) => url, at: () => reached});

/** Which service of a scenario stands for which endpoint of a policy. */
export class EndpointServices {
  /** Those of the scenario in its order, then one for each further endpoint of the policy. */
  readonly all: readonly NamedService[];
  readonly #plans: Plans;
  readonly #byOrigin: ReadonlyMap<string, number>;

  /** @param plans Of the policy whose calls go to the endpoints. */
  constructor(scenario: Scenario, plans: Plans) {
    this.#plans = plans;
    const lists = plans.all.flatMap(({endpoints}) => (endpoints === null ? [] : [endpoints.all]));
    const hasNames = scenario.endpoints.length > 0 || lists.length === 0;
    const all = hasNames ? [...servicesOf(scenario)] : [];
    const byOrigin = new Map<string, number>();
    for (const list of lists) assign(list, all, byOrigin, scenario);
    this.all = all;
    this.#byOrigin = byOrigin;
  }

  /** @param reached One for each service. */
  directory(reached: readonly ReachedService[]): Directory {
    if (reached.length === 1) return oneService(reached[0]!);
    const urls = new Map<ServiceRequest, string>();
    return {
      urlOf: request => {
        const known = urls.get(request);
        if (known !== undefined) return known;
        const url = this.#urlOf(request);
        urls.set(request, url);
        return url;
      },
      at: url => reached[this.#byOrigin.get(originOf(url)!) ?? 0]!,
    };
  }

  /** Under a policy with endpoints, the same resource at the first of them. */
  #urlOf({method, url}: ServiceRequest): string {
    const {origin, pathname} = targetOf(url);
    const {endpoints} = this.#plans.for(method, origin ?? '', pathname, undefined).plan;
    if (endpoints === null || endpoints.addressedBy(url, origin ?? '') !== null) return url;
    const {search} = new URL(url);
    const first = endpoints.all.reduce((best, each) => (this.#place(each) < this.#place(best) ? each : best));
    const base = pathname.startsWith(`${first.basePath}/`) ? '' : first.basePath;
    return `${first.origin}${base}${pathname}${search}`;
  }

  #place({origin}: Endpoint): number {
    return this.#byOrigin.get(origin)!;
  }
}

/** By name, then by rank. Services are added to `all` where there are too few. */
function assign(
  list: readonly Endpoint[],
  all: NamedService[],
  byOrigin: Map<string, number>,
  scenario: Scenario,
): void {
  const taken = new Set(list.flatMap(({origin}) => byOrigin.get(origin) ?? []));
  const put = ({origin}: Endpoint, index: number): void => {
    byOrigin.set(origin, index);
    taken.add(index);
  };
  for (const endpoint of list) {
    const index = all.findIndex(({name}) => name === endpoint.name);
    if (index >= 0 && !byOrigin.has(endpoint.origin) && !taken.has(index)) put(endpoint, index);
  }
  for (const endpoint of list.toSorted((a, b) => a.rank - b.rank)) {
    if (byOrigin.has(endpoint.origin)) continue;
    const free = all.findIndex((_, index) => !taken.has(index));
    if (free < 0) all.push({name: endpoint.name, settings: scenario.service});
    put(endpoint, free < 0 ? all.length - 1 : free);
  }
}
