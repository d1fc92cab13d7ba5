/** Regions of cloud providers, as the names of endpoints and hosts have them. */

const AREAS = 'us|eu|ap|sa|ca|me|af|il|mx|uk|asia|europe|northamerica|southamerica|australia';
const SIDES = 'north|south|east|west|central|northeast|southeast|northwest|southwest';
/** `eu-west-1`, `europe-west4`, `us-gov-east-1`. */
const REGION = new RegExp(`(?<![a-z])(?:${AREAS})-?(?:gov-)?(?:${SIDES})(?![a-z])`, 'i');

/** The regions that endpoints name, each once, if each endpoint names one. */
export function regionsOf(endpoints: readonly {readonly name: string; readonly origin: string}[]): string[] {
  const named = endpoints.map(({name, origin}) => (REGION.exec(name) ?? REGION.exec(origin))?.[0].toLowerCase());
  return named.includes(undefined) ? [] : [...new Set(named.filter(region => region !== undefined))];
}
