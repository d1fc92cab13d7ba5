/**
 * Conditions between the fields of a policy, in one place: the client refuses a policy that violates one, and the linter reports it.
 *
 * Only for policies that could not run, or would not do what they state. Whether a policy is wise is for the linter's rules.
 */

import type {PolicyProblem} from '../core/errors.ts';
import {normaliseOrigin} from './routes.ts';
import {type Fields, listed, objectsOf, said, type Value} from './shape.ts';
import {policyShape} from './shapes.ts';
import type {Policy} from './types.ts';

type Check = (policy: Policy) => readonly PolicyProblem[];

/**
 * Every broken condition of a merged policy.
 *
 * @param origin The origin of the calls that the policy is for, where a route names one.
 */
export function checkInvariants(policy: Policy, origin?: string): PolicyProblem[] {
  const problems = checks.flatMap(check => check(policy));
  if (origin !== undefined && normaliseOrigin(origin) === undefined)
    problems.push({path: 'match.origin', message: notAnOrigin});
  return problems;
}

const endless: Check = ({maxAttempts, deadlineMs}) =>
  maxAttempts === 'unlimited' && deadlineMs === null
    ? [
        {
          path: 'maxAttempts',
          message:
            'is "unlimited" without a deadline, so a call might never end; set deadlineMs, or a number of attempts',
        },
      ]
    : [];

const breakerTimes: Check = ({breaker}) => {
  if (breaker === null) return [];
  const [from, least, to, most] =
    breaker.kind === 'adaptive'
      ? (['minProbeMs', breaker.minProbeMs, 'maxProbeMs', breaker.maxProbeMs] as const)
      : (['openMs', breaker.openMs, 'maxOpenMs', breaker.maxOpenMs] as const);
  if (most === null || least <= most) return [];
  const message = `is ${least} ms, above ${to} (${most} ms); raise ${to} or lower ${from}`;
  return [{path: `breaker.${from}`, message}];
};

const concurrencyBounds: Check = ({concurrency}) =>
  concurrency?.kind === 'adaptive' && concurrency.min !== undefined && concurrency.min > concurrency.max
    ? [
        {
          path: 'concurrency.min',
          message: `is ${concurrency.min}, above max (${concurrency.max}); lower min or raise max`,
        },
      ]
    : [];

const hedgeDelay: Check = ({hedge}) =>
  hedge !== null && (hedge.delayMs === undefined) === (hedge.quantile === undefined)
    ? [{path: 'hedge', message: 'needs delayMs or quantile, and not both'}]
    : [];

const emptyQuota: Check = ({quota}) =>
  quota !== null && quota.limits.length === 0 && !quota.learn
    ? [{path: 'quota', message: 'limits nothing; state a limit, or set learn'}]
    : [];

/** A field written without a kind may meet, in a layer below, a kind that does not know it. */
const foreignFields: Check = policy =>
  (['backoff', 'budget', 'breaker', 'concurrency'] as const).flatMap(part => {
    const value = policy[part];
    if (value === null) return [];
    const kinds = objectsOf(policyShape.fields[part]);
    const {fields} = kinds.find(({fields: {kind}}) => (kind as Value).fits(value.kind)) as Fields;
    return Object.keys(value)
      .filter(field => !Object.hasOwn(fields, field))
      .map(field => {
        const owner = kinds.find(other => Object.hasOwn(other.fields, field))?.fields.kind as Value;
        const message = `is not a field of ${part} kind "${value.kind}"${listed(fields)}; name the kind that is meant: "kind": ${said(owner)}`;
        return {path: `${part}.${field}`, message};
      });
  });

/** Two values under one header name: the second would silently replace the first, and a key that is no key is worse than none. */
const distinctHeaders: Check = ({idempotency, correlation, deadlineHeader, attemptHeader}) => {
  const named = [
    ['idempotency.header', idempotency?.header],
    ['correlation.header', correlation?.header],
    ['correlation.requestIdHeader', correlation?.requestIdHeader],
    ['deadlineHeader', deadlineHeader],
    ['attemptHeader', attemptHeader],
  ] as const;
  const seen = new Map<string, string>();
  const problems: PolicyProblem[] = [];
  for (const [path, header] of named) {
    if (header === undefined || header === null) continue;
    const name = header.toLowerCase();
    const other = seen.get(name);
    if (other !== undefined)
      problems.push({path, message: `is "${header}", which ${other} already uses; give each its own`});
    else if (reservedHeaders.has(name))
      problems.push({path, message: `is "${header}", a header of HTTP; choose another`});
    seen.set(name, path);
  }
  return problems;
};

/** Headers that fetch sets or refuses itself, and those that carry what a generated id must never replace. */
const reservedHeaders = /* @__PURE__ */ new Set(
  /* @__PURE__ */ 'accept-encoding authorization connection content-encoding content-length content-type cookie expect host keep-alive origin proxy-authorization range referer retry-after te trailer traceparent tracestate transfer-encoding upgrade'.split(
    ' ',
  ),
);

const origins: Check = ({correlation}) =>
  Array.isArray(correlation?.sendTo)
    ? correlation.sendTo.flatMap((origin: string, index: number) =>
        normaliseOrigin(origin) === undefined ? [{path: `correlation.sendTo[${index}]`, message: notAnOrigin}] : [],
      )
    : [];

const endpointOrigins: Check = ({endpoints}) => {
  const problems: PolicyProblem[] = [];
  for (const [index, {name, origin}] of (endpoints ?? []).entries()) {
    const path = `endpoints[${index}]`;
    const before = endpoints!.slice(0, index);
    if (normaliseOrigin(origin) === undefined) problems.push({path: `${path}.origin`, message: notAnOrigin});
    if (before.some(other => other.name === name))
      problems.push({
        path: `${path}.name`,
        message: `is "${name}", the name of another endpoint`,
      });
    if (before.some(other => other.origin === origin))
      problems.push({
        path: `${path}.origin`,
        message: `is ${origin}, as that of another endpoint; guards are kept by origin`,
      });
  }
  return problems;
};

const hedgeElsewhere: Check = ({hedge, endpoints}) =>
  hedge?.to === 'other' && (endpoints ?? []).length < 2
    ? [{path: 'hedge.to', message: 'is "other" and there is no other endpoint; add endpoints'}]
    : [];

const notAnOrigin =
  'is not an origin that a URL can have; write scheme, host and port, such as "https://api.example.com:8443"';

const checks: readonly Check[] = [
  endless,
  breakerTimes,
  concurrencyBounds,
  hedgeDelay,
  emptyQuota,
  foreignFields,
  distinctHeaders,
  origins,
  endpointOrigins,
  hedgeElsewhere,
];
