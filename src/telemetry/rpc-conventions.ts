/** The RPC conventions. The entry point of gRPC chooses them, so that bundles without gRPC do not have them. */
import {type Attributes, type Context, type Span, SpanKind, trace} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {RpcEnd} from '../core/observer.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {codeName} from '../decide/grpc-codes.ts';
import * as names from './attributes.ts';
import type {Conventions} from './conventions.ts';
import {SCOPE} from './scope.ts';
import {fail} from './span-facts.ts';

/** A CLIENT span is the whole call, with all its attempts, for which the conventions have no span. */
export const rpcConventions: Conventions = {
  callSpan: ({rpcMethod}, isNested) =>
    isNested ? {name: `${SCOPE} ${rpcMethod}`, kind: SpanKind.INTERNAL} : {name: rpcMethod!, kind: SpanKind.CLIENT},
  attemptSpan: ({rpcMethod}) => ({name: `${SCOPE} attempt ${rpcMethod}`, kind: SpanKind.INTERNAL}),
  isInsideClientSpan,
  what: ({rpcMethod}) => ({[names.RPC_SYSTEM_NAME]: 'grpc', [names.RPC_METHOD]: rpcMethod!}),
  attempt: () => ({}),
  end(outcome) {
    const code = codeOf(outcome);
    return code === undefined ? {} : {[names.RPC_STATUS_CODE]: code};
  },
  failureType: status => (status === 0 ? undefined : codeName(status)),
  closed(end) {
    const attributes: Attributes = {[names.RPC_STATUS_CODE]: codeName(end.code)};
    return isFailure(end) ? {...attributes, [names.ERROR_TYPE]: codeName(end.code)} : attributes;
  },
  closeSpan(span, end, wasSuccess) {
    const code = codeName(end.code);
    span.setAttribute(names.RPC_STATUS_CODE, code);
    if (!wasSuccess || end.code === 0) return;
    // A stream was a success when it began, and has failed or was cancelled since.
    if (!end.isCancelled) fail(span, code);
    span.setAttribute(names.CALL_OUTCOME, end.isCancelled ? 'cancelled' : 'failure');
    span.setAttribute(names.CALL_REASON, `${code} after the response had begun`);
  },
};

const isFailure = ({code, isCancelled}: RpcEnd): boolean => code !== 0 && !isCancelled;

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

/** instrumentation-grpc 0.300 still has the names of the conventions before 1.39. */
const OLD_SYSTEM = 'rpc.system';
const OLD_SERVICE = 'rpc.service';

/** What the SDK's span shows beside the API. Both are absent from spans of other vendors. */
interface ReadableSpan {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

/** The method is compared, because a hook of the user may call another one inside a call of ours. */
function isInsideClientSpan({rpcMethod}: CallView, active: Context): boolean {
  const span: (Span & ReadableSpan) | undefined = trace.getSpan(active);
  if (!span?.isRecording() || span.kind !== SpanKind.CLIENT) return false;
  const {
    [names.RPC_SYSTEM_NAME]: system,
    [OLD_SYSTEM]: oldSystem,
    [OLD_SERVICE]: service,
    [names.RPC_METHOD]: method,
  } = span.attributes ?? {};
  if ((system ?? oldSystem) !== 'grpc') return false;
  return method === rpcMethod || `${service}/${method}` === rpcMethod;
}
