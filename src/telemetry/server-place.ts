/** Where an attempt goes, as spans tell it. */

export interface ServerPlace {
  readonly address: string;
  readonly port: number;
}

const KEPT = 1000;
const places = new Map<string, ServerPlace>();
const NOWHERE: ServerPlace = {address: '', port: 0};

/** @param origin As `URL.origin` writes it; empty for what is no URL. */
export function serverPlace(origin: string): ServerPlace {
  const known = places.get(origin);
  if (known !== undefined) return known;
  const url = URL.parse(origin);
  if (url === null) return NOWHERE;
  const place = {address: url.hostname, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80)};
  if (places.size >= KEPT) places.clear();
  places.set(origin, place);
  return place;
}
