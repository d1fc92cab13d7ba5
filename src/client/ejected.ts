/** Takes outliers out of rotation: the implementation of `failover.ejection`, which `useEjection` of `steadfetch/features` allows. */
import {Ejections, isOutlier, totalOf} from '../guards/ejection.ts';
import type {EndpointLoad} from '../guards/endpoint-load.ts';
import type {Candidate, Rotate} from './ejection-port.ts';

/**
 * The candidates without those that are ejected. Ejects an outlier, if `maxEjectedShare` of its rank allows it.
 *
 * An open breaker counts as out, and an endpoint that is down, because its calls go to the others, too; one in a pause likewise. If more is out than the policy allows, and where no
 * other endpoint is free, ejections are ignored: a call goes to an endpoint that fails sometimes rather than to none.
 */
export const withoutEjected: Rotate = (all, policy, random, now, notify) => {
  const out = new Set<Candidate>();
  for (const rank of new Set(all.map(({endpoint}) => endpoint.rank))) {
    const equals = all.filter(({endpoint}) => endpoint.rank === rank);
    if (equals.length > 1) for (const candidate of outOf(equals, policy, random, now, notify)) out.add(candidate);
  }
  const kept = all.filter(candidate => !out.has(candidate));
  return kept.some(({freeInMs}) => freeInMs === 0) ? kept : all;
};

/** The ejected ones of a rank. */
const outOf: Rotate = (equals, policy, random, now, notify) => {
  for (const {endpoint, guards} of equals) if (guards.load!.ejections?.returns(now)) notify(endpoint.name, 0, '');
  const ejected = equals.filter(({guards}) => guards.load!.ejections?.isOut(now));
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
    load.startAnew();
    load.ejections ??= new Ejections();
    notify(candidate.endpoint.name, load.ejections.eject(policy, random, now), reason);
    return [...ejected, candidate];
  }
  return ejected;
};

const loadsOf = <C extends Candidate>(rest: readonly C[], but: EndpointLoad): EndpointLoad[] =>
  rest.flatMap(({guards: {load}}) => (load === but ? [] : load!));
