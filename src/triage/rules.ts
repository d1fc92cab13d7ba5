/** Which rule a classification follows: the section of an RFC, a vendor's page, or what was measured (docs/traffic-light.md). */
import type {Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import {type CodeName, codeName} from '../decide/grpc-codes.ts';
import {sourceOf, vendorOf} from '../decide/refusal-sources.ts';
import type {Refusal as BodyRefusal} from '../decide/refusals.ts';

export interface Rule {
  /** `RFC 9110 §15.6.4`. */
  readonly name: string;
  /** An address, or a page of these docs. */
  readonly source: string;
}

const rfc = (number: number, section: string): Rule => ({
  name: `RFC ${number} §${section}`,
  source: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});

/** Unsafe methods are not repeated unless it is known that the server did not act, or that it recognizes the repeat. */
export const MAY_REPEAT: Rule = rfc(9110, '9.2.2');
const MEASURED: Rule = {name: 'docs/traffic-light.md', source: 'docs/traffic-light.md'};
const A6: Rule = {name: 'gRFC A6', source: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md'};
const GRPC_CODES: Rule = {
  name: 'gRPC status codes',
  source: 'https://github.com/grpc/grpc/blob/master/doc/statuscodes.md',
};
const KEY_DRAFT: Rule = {
  name: 'Idempotency-Key draft',
  source: 'https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/',
};
const CLOUDFLARE: Rule = {
  name: 'Cloudflare 5xx',
  source: 'https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/',
};
const ENVOY: Rule = {
  name: 'x-envoy-ratelimited',
  source: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter',
};

const BY_STATUS: ReadonlyMap<number, Rule> = new Map([
  [401, rfc(9110, '15.5.2')],
  [403, rfc(9110, '15.5.4')],
  [404, rfc(9110, '15.5.5')],
  [408, rfc(9110, '15.5.9')],
  [409, rfc(9110, '15.5.10')],
  [421, rfc(9110, '15.5.20')],
  [422, rfc(9110, '15.5.21')],
  [425, rfc(8470, '5.2')],
  [429, rfc(6585, '4')],
  [500, rfc(9110, '15.6.1')],
  [501, rfc(9110, '15.6.2')],
  [502, rfc(9110, '15.6.3')],
  [503, rfc(9110, '15.6.4')],
  [504, rfc(9110, '15.6.5')],
  [505, rfc(9110, '15.6.6')],
  [511, rfc(6585, '6')],
  [529, {name: 'Anthropic: 529', source: 'https://docs.claude.com/en/api/errors'}],
]);

/** What a person is told to do where a retry cannot help. */
export type Advice = 'fix' | 'do-not-retry';

/**
 * @param row The row of the table of vendors that the body of the error fits; null where none fits.
 */
export function ruleOf(
  outcome: Outcome,
  found: Classification,
  protocol: 'http' | 'grpc',
  row: BodyRefusal | null,
): Rule {
  if (row !== null) return {name: `${vendorOf(row)}: ${row.words[0]}`, source: sourceOf(row)};
  if (protocol === 'grpc' && outcome.kind === 'response') return found.transient ? A6 : GRPC_CODES;
  const {reason} = found;
  if (outcome.kind !== 'response') {
    if (reason === 'REFUSED_STREAM' || reason === 'ENHANCE_YOUR_CALM')
      return rfc(9113, reason === 'REFUSED_STREAM' ? '8.7' : '7');
    return MEASURED;
  }
  if (reason === 'rate limited by Envoy') return ENVOY;
  if (reason.startsWith('409:') || reason.startsWith('422:') || reason.startsWith('a replayed answer'))
    return KEY_DRAFT;
  return BY_STATUS.get(outcome.status) ?? byClass(outcome.status);
}

function byClass(status: number): Rule {
  if (status >= 520 && status <= 527) return CLOUDFLARE;
  return rfc(9110, status < 500 ? '15.5' : '15.6');
}

/** Codes that name something wrong with the request, its rights, or the state that it needs. */
const WRONG_CODES: ReadonlySet<CodeName> = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'UNAUTHENTICATED',
]);

/** Whether a person has to change something before the request can succeed. */
export function adviceOf(
  outcome: Outcome,
  found: Classification,
  protocol: 'http' | 'grpc',
  row: BodyRefusal | null,
): Advice {
  if (row?.means === 'exhausted' || row?.means === 'too-large' || row?.means === 'invalid') return 'fix';
  if (found.reason.startsWith('422:')) return 'fix';
  if (found.throttled) return 'do-not-retry';
  switch (outcome.kind) {
    case 'response':
      if (protocol === 'grpc')
        return WRONG_CODES.has(codeName(outcome.status)) && !found.final ? 'fix' : 'do-not-retry';
      return found.final || outcome.status >= 500 || outcome.status < 400 ? 'do-not-retry' : 'fix';
    case 'network':
    case 'other':
      return 'fix';
    default:
      return 'do-not-retry';
  }
}
