/** Allows policies to have features that not every policy has. Those of model endpoints are apart, because few entries have them. */
import {UsageTap} from '../body/usage-tap.ts';
import {askPlace, learnLoad} from '../call/concurrency.ts';
import {places} from '../call/concurrency-port.ts';
import {Failover} from '../call/failover.ts';
import {admitAtEndpoint, admitBeside} from '../call/failover-admission.ts';
import {learnEffort} from '../call/failover-effort.ts';
import {elsewhereAfter} from '../call/failover-elsewhere.ts';
import {endpoints, translations} from '../call/failover-port.ts';
import {sendHedged} from '../call/hedge.ts';
import {hedges} from '../call/hedge-port.ts';
import {accountAt, amountsOf, askQuota, settleQuota} from '../call/quota.ts';
import {quotas} from '../call/quota-port.ts';
import {translated} from '../call/translate.ts';
import {withoutEjected} from '../client/ejected.ts';
import {ejection} from '../client/ejection-port.ts';
import {Endpoints} from '../client/endpoints.ts';
import {endpointsPort} from '../client/endpoints-port.ts';
import {usageIn} from '../decide/usage.ts';
import {ConcurrencyLimit} from '../guards/concurrency.ts';
import {EndpointLoad} from '../guards/endpoint-load.ts';
import {optionalGuards} from '../guards/guard-factory.ts';
import {HedgeLoad, HedgeTraffic} from '../guards/hedge-load.ts';
import {OwnQuota} from '../guards/own-quota.ts';
import {Quota} from '../guards/quota.ts';
import {usePaidAttempts} from './use-paid-attempts.ts';

/** Lets policies have `hedge`. Call it once, before the first policy is made; `steadfetch/lite` refuses such a policy without it. */
export function useHedges(): void {
  hedges.send = sendHedged;
  optionalGuards.hedges = () => {
    const traffic = new HedgeTraffic();
    return settings => new HedgeLoad(settings, traffic);
  };
}

/** Lets policies have several `endpoints`. Call it once, before the first policy is made; `steadfetch/lite` refuses such a policy without it. */
export function useFailover(): void {
  endpointsPort.of = policy => Endpoints.of(policy);
  endpoints.steps = {
    of: (...facts) => Failover.of(...facts),
    admit: admitAtEndpoint,
    admitBeside,
    elsewhereAfter,
    learn: learnEffort,
  };
  optionalGuards.endpointLoad = origin => new EndpointLoad(origin);
}

/**
 * Lets policies have `failover.ejection`, which passes over an endpoint that fails more often than the others. Call it once, before the first
 * policy is made. Every entry refuses such a policy without it, and loads half a kilobyte less after gzip.
 *
 * @example
 * useEjection();
 * const fetch = createFetch({endpoints, failover: {ejection: {maxEjectedShare: 0.5}}});
 */
export function useEjection(): void {
  ejection.rotate = withoutEjected;
}

/** Lets policies have `quota`. Call it once, before the first policy is made; `steadfetch/lite` refuses such a policy without it. */
export function useQuotas(): void {
  quotas.steps = {
    amountsOf,
    accountAt,
    ask: askQuota,
    settle: settleQuota,
    tap: settle => new UsageTap(usageIn, settle),
  };
  optionalGuards.quota = (settings, guarded, random) => new Quota(settings, guarded, random);
  optionalGuards.ownQuota = (...made) => new OwnQuota(...made);
}

/** Lets policies have `concurrency`. Call it once, before the first policy is made; `steadfetch/lite` refuses such a policy without it. */
export function useConcurrencyLimits(): void {
  places.ask = askPlace;
  places.learn = learnLoad;
  optionalGuards.concurrency = settings => new ConcurrencyLimit(settings);
}

/**
 * Lets clients have the port `translate`, which writes requests for endpoints with another API. Call it once, before the first client is made.
 * Every entry refuses the port without it, and loads a kilobyte less after gzip.
 *
 * @example
 * useTranslate();
 * const fetch = createFetch({endpoints, failover: {sharedKeys: true}}, {translate: ({text}, endpoint) => ({body: rewritten(text, endpoint)})});
 */
export function useTranslate(): void {
  translations.translated = translated;
}

/** Allows what policies usually have. */
export function useUsual(): void {
  useConcurrencyLimits();
  useFailover();
  useHedges();
  usePaidAttempts();
  useQuotas();
}
