/** The same facts in the words of the HTTP conventions, and in those of the RPC conventions, which apply to gRPC calls. */
import type {Attributes} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {Outcome} from '../core/outcome.ts';
import {codeName} from '../decide/grpc-codes.ts';
import * as names from './attributes.ts';
import {knownMethod} from './http-method.ts';

export interface Conventions {
  /** A span name with few possible values. */
  spanName(call: CallView): string;
  /** The attributes of the called operation, for spans, samplers and metrics. */
  what(call: CallView): Attributes;
  /** The attributes of one attempt; `number`: 1 for the first. */
  attempt(call: CallView, number: number): Attributes;
  /** How an attempt, or a call, ended. */
  end(outcome: Outcome): Attributes;
  /** The `error.type` of an answer; undefined where it is no failure. */
  failureType(status: number): string | undefined;
}

export const httpConventions: Conventions = {
  /** The method, and the route's template where there is one; never the path. */
  spanName({method, template}) {
    const known = knownMethod(method) ?? 'HTTP';
    return template === undefined ? known : `${known} ${template}`;
  },
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

const rpcConventions: Conventions = {
  spanName: ({rpcMethod}) => rpcMethod!,
  what: ({rpcMethod}) => ({[names.RPC_SYSTEM_NAME]: 'grpc', [names.RPC_METHOD]: rpcMethod!}),
  attempt: () => ({}),
  end(outcome) {
    const code = codeOf(outcome);
    return code === undefined ? {} : {[names.RPC_RESPONSE_STATUS_CODE]: code};
  },
  failureType: status => (status === 0 ? undefined : codeName(status)),
};

/** The gRPC code that the caller gets for an answer, a timeout or an abort. */
function codeOf({kind, status}: Outcome): string | undefined {
  switch (kind) {
    case 'response':
      return codeName(status);
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

export const isRpc = ({rpcMethod}: CallView): boolean => rpcMethod !== undefined;

export const conventionsOf = (call: CallView): Conventions => (isRpc(call) ? rpcConventions : httpConventions);

/** Redacted, and absolute: in a browser a call may name its path alone. */
const fullUrl = ({url, origin}: CallView): string => (/^\/(?!\/)/.test(url) ? origin + url : url);
