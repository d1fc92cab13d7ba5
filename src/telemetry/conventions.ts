/** What the conventions of a protocol ask of spans and metrics. Those of RPCs are in rpc-conventions.ts. */
import {type Attributes, type Context, type Span, SpanKind} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {RpcEnd} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
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
  /** Whether the active span is the CLIENT span that another library made for this call. */
  isInsideClientSpan(call: CallView, active: Context): boolean;
  /** The attributes of the called operation, for spans, samplers and metrics. */
  what(call: CallView): Attributes;
  /** The attributes of one attempt; `number`: 1 for the first. */
  attempt(call: CallView, number: number): Attributes;
  /** How an attempt, or a call, ended. */
  end(outcome: Outcome): Attributes;
  /** The `error.type` of an answer; undefined where it is no failure. */
  failureType(status: number): string | undefined;
  /** The status that the caller of an RPC got, and its `error.type`. */
  closed?(end: RpcEnd): Attributes;
  /** @param wasSuccess The call was a success: for a stream, when it began. */
  closeSpan?(span: Span, end: RpcEnd, wasSuccess: boolean): void;
}

/** A CLIENT span is one request. The conventions advise against another for the call around several. */
export const httpConventions: Conventions = {
  callSpan: call => ({name: `${SCOPE} ${httpName(call)}`, kind: SpanKind.INTERNAL}),
  attemptSpan: call => ({name: httpName(call), kind: SpanKind.CLIENT}),
  isInsideClientSpan: () => false,
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

let ofRpcs = httpConventions;

/** Called by the entry point of gRPC. */
export function followForRpcs(conventions: Conventions): void {
  ofRpcs = conventions;
}

export const isRpc = ({rpcMethod}: CallView): boolean => rpcMethod !== undefined;

export const conventionsOf = (call: CallView): Conventions => (isRpc(call) ? ofRpcs : httpConventions);

/** Redacted, and absolute: in a browser a call may name its path alone. */
const fullUrl = ({url, origin}: CallView): string => (/^\/(?!\/)/.test(url) ? origin + url : url);
