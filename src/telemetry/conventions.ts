/** The same facts in the terms of the HTTP conventions, and in those of the RPC conventions, which apply to gRPC calls. */
import {type Attributes, SpanKind} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {codeName} from '../decide/grpc-codes.ts';
import * as names from './attributes.ts';
import {knownMethod} from './http-method.ts';
import {SCOPE} from './scope.ts';

/** How a span is made. Names have few possible values. */
export interface SpanForm {
  readonly name: string;
  readonly kind: SpanKind;
}

export interface Conventions {
  /** @param isNested Another library has made the CLIENT span of the call, and the call is below it. */
  callSpan(call: CallView, isNested: boolean): SpanForm;
  attemptSpan(call: CallView): SpanForm;
  /** The attributes of the called operation, for spans, samplers and metrics. */
  what(call: CallView): Attributes;
  /** The attributes of one attempt; `number`: 1 for the first. */
  attempt(call: CallView, number: number): Attributes;
  /** How an attempt, or a call, ended. */
  end(outcome: Outcome): Attributes;
  /** The `error.type` of an answer; undefined where it is no failure. */
  failureType(status: number): string | undefined;
}

/** A CLIENT span is one request. The conventions advise against another for the call around several. */
export const httpConventions: Conventions = {
  callSpan: call => ({name: `${SCOPE} ${httpName(call)}`, kind: SpanKind.INTERNAL}),
  attemptSpan: call => ({name: httpName(call), kind: SpanKind.CLIENT}),
  what({method, template}) {
    const known = knownMethod(method);
    const attributes: Attributes = {[names.HTTP_REQUEST_METHOD]: known ?? '_OTHER'};
    if (known === undefined) attributes[names.HTTP_REQUEST_METHOD_ORIGINAL] = method;
    if (template !== undefined) attributes[names.URL_TEMPLATE] = template;
    return attributes;
  },
  attempt(call, number) {
    const attributes: Attributes = {[names.URL_FULL]: fullUrl(call)};
    if (number > 1) attributes[names.HTTP_REQUEST_RESEND_COUNT] = number - 1;
    return attributes;
  },
  end: ({kind, status, response}) =>
    kind === 'response' ? {[names.HTTP_RESPONSE_STATUS_CODE]: response?.status ?? status} : {},
  failureType: status => (status >= 400 ? String(status) : undefined),
};

/** The method, and the route's template where there is one; never the path. */
function httpName({method, template}: CallView): string {
  const known = knownMethod(method) ?? 'HTTP';
  return template === undefined ? known : `${known} ${template}`;
}

/** A CLIENT span is the whole call, with all its attempts, for which the conventions have no span. */
const rpcConventions: Conventions = {
  callSpan: ({rpcMethod}, isNested) =>
    isNested ? {name: `${SCOPE} ${rpcMethod}`, kind: SpanKind.INTERNAL} : {name: rpcMethod!, kind: SpanKind.CLIENT},
  attemptSpan: ({rpcMethod}) => ({name: `${SCOPE} attempt ${rpcMethod}`, kind: SpanKind.INTERNAL}),
  what: ({rpcMethod}) => ({[names.RPC_SYSTEM_NAME]: 'grpc', [names.RPC_METHOD]: rpcMethod!}),
  attempt: () => ({}),
  end(outcome) {
    const code = codeOf(outcome);
    return code === undefined ? {} : {[names.RPC_STATUS_CODE]: code};
  },
  failureType: status => (status === 0 ? undefined : codeName(status)),
};

/** The gRPC code that the caller gets for an answer, a timeout or an abort. Unknown while a stream goes on. */
function codeOf({kind, status, response}: Outcome): string | undefined {
  switch (kind) {
    case 'response':
      return response !== null && isOpenStream(response) ? undefined : codeName(status);
    case 'attempt-timeout':
    case 'content-timeout':
    case 'deadline':
      return 'DEADLINE_EXCEEDED';
    case 'aborted':
      return 'CANCELLED';
    default:
      return undefined;
  }
}

const isOpenStream = (response: AttemptResponse & {readonly isComplete?: boolean}): boolean =>
  response.isComplete === false;

/** The `error.type` of a code that an RPC ended with; undefined where it is no failure. */
export const rpcErrorType = (code: number, isCancelled: boolean): string | undefined =>
  isCancelled ? undefined : rpcConventions.failureType(code);

export const isRpc = ({rpcMethod}: CallView): boolean => rpcMethod !== undefined;

export const conventionsOf = (call: CallView): Conventions => (isRpc(call) ? rpcConventions : httpConventions);

/** Redacted, and absolute: in a browser a call may name its path alone. */
const fullUrl = ({url, origin}: CallView): string => (/^\/(?!\/)/.test(url) ? origin + url : url);
