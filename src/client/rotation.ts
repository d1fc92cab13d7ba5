/** Which endpoints are in rotation: all but those that are ejected, unless too many are out. */
import type {Random} from '../core/random.ts';
import {isOutlier, totalOf} from '../guards/ejection.ts';
import type {EndpointLoad} from '../guards/endpoint-load.ts';
import type {Outage} from '../guards/outage.ts';
import type {Ejection, Endpoint} from '../policy/types.ts';

/** An endpoint, and whether it is free. */
interface Candidate {
  readonly endpoint: Pick<Endpoint, 'name' | 'rank'>;
  readonly guards: {readonly load: EndpointLoad | null};
  readonly freeInMs: number;
  /** Whether its breaker is open, or waits for its probes. */
  readonly isOpen: boolean;
  /** Whether it is down, or in a pause. */
  readonly isAvoided: boolean;
  /** Null where outages are not noticed. */
  readonly outage: Outage | null;
}

/** Called when an endpoint is ejected, and when it returns. */
export type EjectionListener = (endpoint: string, ejectedMs: number, reason: string) => void;

/**
 * The candidates that calls may go to. Ejects an outlier, if `maxEjectedShare` of its rank allows it.
 *
 * An open breaker counts as out, and an endpoint that is down, because its calls go to the others, too; one in a pause likewise. If more is out than the policy allows, and where no
 * other endpoint is free, ejections are ignored: a call goes to an endpoint that fails sometimes rather than to none.
 *
 * @param all    Every endpoint of the call.
 * @param notify Called for each change.
 */
export function inRotation<C extends Candidate>(
  all: readonly C[],
  policy: Ejection,
  random: Random,
  now: number,
  notify: EjectionListener,
): readonly C[] {
  for (const {endpoint, outage} of all) {
    const news = outage?.news(now);
    if (news) notify(endpoint.name, news.ms, news.ms === 0 ? '' : `${news.failures} attempts in a row failed`);
  }
  if (policy.maxEjectedShare === 0) return all;
  const out = new Set<C>();
  for (const rank of new Set(all.map(({endpoint}) => endpoint.rank))) {
    const equals = all.filter(({endpoint}) => endpoint.rank === rank);
    if (equals.length > 1) for (const candidate of outOf(equals, policy, random, now, notify)) out.add(candidate);
  }
  const kept = all.filter(candidate => !out.has(candidate));
  return kept.some(({freeInMs}) => freeInMs === 0) ? kept : all;
}

/** The ejected ones of a rank. */
function outOf<C extends Candidate>(
  equals: readonly C[],
  policy: Ejection,
  random: Random,
  now: number,
  notify: EjectionListener,
): readonly C[] {
  for (const {endpoint, guards} of equals) if (guards.load!.ejections.returns(now)) notify(endpoint.name, 0, '');
  const ejected = equals.filter(({guards}) => guards.load!.ejections.isOut(now));
  const open = equals.filter(candidate => (candidate.isOpen || candidate.isAvoided) && !ejected.includes(candidate));
  const most = policy.maxEjectedShare * equals.length + 1e-9;
  if (ejected.length + open.length > most) return [];
  const rest = equals.filter(candidate => !ejected.includes(candidate) && !open.includes(candidate));
  if (ejected.length + open.length + 1 > most || rest.length < 2) return ejected;
  for (const candidate of rest) {
    const load = candidate.guards.load!;
    const others = loadsOf(rest, load);
    const what = load.hasNews() ? isOutlier(load, others, policy, now) : null;
    if (what === null) continue;
    /** `12 of 50`. */
    const shareOf = (loads: readonly EndpointLoad[]): string => {
      const total = totalOf(loads, now);
      return `${total[what]} of ${total.all}`;
    };
    const how = what === 'failed' ? what : 'were refused';
    const reason = `${shareOf([load])} attempts ${how}, and ${shareOf(others)} at the others`;
    notify(candidate.endpoint.name, load.eject(policy, random, now), reason);
    return [...ejected, candidate];
  }
  return ejected;
}

const loadsOf = <C extends Candidate>(rest: readonly C[], but: EndpointLoad): EndpointLoad[] =>
  rest.flatMap(({guards: {load}}) => (load === but ? [] : load!));
