/** The CLIENT span that an instrumentation of gRPC makes around a call of ours, and inside of which the call runs. */
import {type Attributes, type Context, type Span, SpanKind, trace} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import {RPC_METHOD, RPC_SYSTEM_NAME} from './attributes.ts';

/** instrumentation-grpc 0.300 still has the names of the conventions before 1.39. */
const OLD_SYSTEM = 'rpc.system';
const OLD_SERVICE = 'rpc.service';

/** What the SDK's span shows beside the API. Both are absent from spans of other vendors. */
interface ReadableSpan {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

/**
 * Whether the active span is the CLIENT span of the same RPC. The method is compared, because a hook of the user may call another
 * one inside a call of ours.
 */
export function isInsideClientSpan({rpcMethod}: CallView, active: Context): boolean {
  if (rpcMethod === undefined) return false;
  const span: (Span & ReadableSpan) | undefined = trace.getSpan(active);
  if (!span?.isRecording() || span.kind !== SpanKind.CLIENT) return false;
  const {
    [RPC_SYSTEM_NAME]: system,
    [OLD_SYSTEM]: oldSystem,
    [OLD_SERVICE]: service,
    [RPC_METHOD]: method,
  } = span.attributes ?? {};
  if ((system ?? oldSystem) !== 'grpc') return false;
  return method === rpcMethod || `${service}/${method}` === rpcMethod;
}
