/** Sites: origins of one registrable domain, such as the regions of a service. */

/** Labels below which a country sells names, as in `example.co.uk`. */
const SOLD_BELOW =
  /^(?:ac|asn|biz|com?|edu?|firm|gen|go|gob|gouv|govt?|gv|id|in[dt]|info|ltd|me|mil|msk|net?|nhs|nom|org?|plc|police|pro|sch|spb|waw|web)$/;

/**
 * The registrable domain of a host by the shape of its name: without the list of public suffixes, two customers of a host such as
 * `azurewebsites.net` count as one site. An IP address, and a name of one label, is its own.
 */
export function registrableDomain(hostname: string): string {
  const host = hostname.replace(/\.$/, '');
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return host;
  const labels = host.split('.');
  const isSoldBelow = labels.at(-1)!.length === 2 && SOLD_BELOW.test(labels.at(-2) ?? '');
  return labels.slice(isSoldBelow ? -3 : -2).join('.');
}

/** Scheme and registrable domain, so that nothing follows from TLS to plain HTTP. */
export function siteOf(origin: string): string {
  const {protocol, hostname} = new URL(origin);
  return `${protocol}//${registrableDomain(hostname)}`;
}
