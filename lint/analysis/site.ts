/** Who runs a host, by its registrable domain. */
import {networkPlaceOf} from './network-place.ts';

/** Labels below which a country sells names, as in `example.co.uk`. */
const SOLD_BELOW = /^(?:ac|co|com|edu|go|gob|gov|net|ne|nom|or|org)$/;

/**
 * The registrable domain of a public origin, by the shape of its name: without the list of public suffixes, two customers of a host such as
 * `azurewebsites.net` count as one site.
 *
 * @returns Undefined for private networks, for IP addresses, which do not say who runs them, and for an invalid URL.
 */
export function siteOf(origin: string): string | undefined {
  const host = URL.parse(origin)?.hostname.replace(/\.$/, '');
  if (host === undefined || networkPlaceOf(host) !== 'public') return undefined;
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return undefined;
  const labels = host.split('.');
  const isSoldBelow = labels.at(-1)!.length === 2 && SOLD_BELOW.test(labels.at(-2)!);
  return labels.slice(isSoldBelow ? -3 : -2).join('.');
}

/** The sites of endpoints that are known, each once, in alphabetical order. */
export const sitesOf = (endpoints: readonly {readonly origin: string}[]): string[] =>
  [...new Set(endpoints.flatMap(({origin}) => siteOf(origin) ?? []))].sort();
