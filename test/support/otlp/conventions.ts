/**
 * What each span, metric and log record of ours has to have, as tables. Whether a name outside `steadfetch.*` exists, and is in force, they
 * do not say: that is asked of the package of the conventions (semconv.ts).
 *
 * @see OpenTelemetry semantic conventions 1.45.0: http/http-spans.md (client), http/http-metrics.md, rpc/grpc.md (client),
 *   rpc/rpc-metrics.md, general/recording-errors.md
 */

/** `number`: seconds and the like; SDKs write a whole one as an integer. */
export type Type = 'string' | 'int' | 'number' | 'bool' | 'string[]';

export interface Rule {
  readonly type: Type;
  /** Where it must be. Elsewhere it may be, if it is listed in `on`. */
  readonly required?: readonly Kind[];
  readonly on: readonly Kind[];
  readonly values?: RegExp;
}
export type Kind = 'call' | 'attempt' | 'body' | 'event' | 'metric' | 'log';

const METHOD = /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY|_OTHER)$/;
const OUTCOME = /^(success|failure|timeout|cancelled|circuit_open|rate_limited|budget_exhausted|not_retryable)$/;
const ERROR_TYPE =
  /^(CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNAUTHENTICATED|[45]\d\d|timeout|deadline_exceeded|circuit_open|rate_limited|E[A-Z_]+|(UND_ERR|ERR|CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)_[A-Z_]+|[A-Z][A-Za-z]+Error|_OTHER)$/;
const STATE = /^(closed|open|half_open)$/;
const all: readonly Kind[] = ['call', 'attempt', 'body', 'event', 'metric', 'log'];

/** Every attribute that may appear. A name that is not here breaks the test. */
export const ATTRIBUTES: Readonly<Record<string, Rule>> = {
  'http.request.method': {type: 'string', required: ['call', 'attempt'], on: all, values: METHOD},
  'http.request.method_original': {type: 'string', on: ['call', 'attempt', 'log']},
  'http.request.resend_count': {type: 'int', on: ['attempt'], values: /^[1-9]\d*$/},
  'http.response.status_code': {type: 'int', on: ['call', 'attempt', 'event', 'metric'], values: /^[1-5]\d\d$/},
  'http.request.header.*': {type: 'string[]', on: ['attempt']},
  'http.response.header.*': {type: 'string[]', on: ['attempt']},
  'url.full': {type: 'string', required: ['attempt'], on: ['attempt'], values: /^https?:\/\//},
  'url.template': {type: 'string', on: ['call', 'attempt', 'metric', 'log'], values: /^\//},
  'server.address': {type: 'string', required: ['call', 'attempt'], on: all, values: /^(?:\/[^@]+|[^[\]/@]+)$/},
  'server.port': {type: 'int', required: ['call', 'attempt'], on: all},
  'network.peer.address': {type: 'string', on: ['attempt']},
  'network.peer.port': {type: 'int', on: ['attempt']},
  'network.protocol.version': {type: 'string', on: ['attempt', 'metric'], values: /^(1\.1|2)$/},
  'error.type': {type: 'string', on: ['call', 'attempt', 'body', 'metric'], values: ERROR_TYPE},
  'rpc.system.name': {type: 'string', on: all, values: /^grpc$/},
  'rpc.method': {type: 'string', on: all, values: /^[\w.]+\/\w+$/},
  'rpc.status_code': {type: 'string', on: ['call', 'attempt', 'metric'], values: /^[A-Z_]+$/},

  'steadfetch.policy.name': {type: 'string', required: ['call', 'log'], on: ['call', 'metric', 'log']},
  'steadfetch.call.id': {type: 'string', on: ['call', 'attempt', 'log'], values: /^[A-Za-z0-9._:-]{1,128}$/},
  'steadfetch.call.outcome': {type: 'string', required: ['call'], on: ['call', 'metric'], values: OUTCOME},
  'steadfetch.call.reason': {type: 'string', required: ['call'], on: ['call']},
  'steadfetch.call.attempts': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.retries': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.hedges': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.paid_attempts': {type: 'int', required: [], on: ['call']},
  'steadfetch.call.retry_delay': {type: 'number', required: ['call'], on: ['call']},
  'steadfetch.call.queue_time': {type: 'number', on: ['call']},
  'steadfetch.call.outer_retries': {type: 'int', on: ['call'], values: /^[1-9]\d*$/},
  'steadfetch.idempotency.key_sent': {type: 'bool', required: ['call'], on: ['call']},
  'steadfetch.attempt.number': {type: 'int', required: ['attempt', 'body'], on: ['attempt', 'body', 'event', 'log']},
  'steadfetch.attempt.kind': {
    type: 'string',
    required: ['attempt'],
    on: ['attempt', 'metric'],
    values: /^(initial|retry|hedge)$/,
  },
  'steadfetch.endpoint.name': {type: 'string', on: ['attempt', 'event', 'metric']},
  'steadfetch.endpoint.before': {type: 'string', on: ['event', 'metric']},
  'steadfetch.endpoint.state': {type: 'string', on: ['metric'], values: /^(ejected|returned|not_ready|ready)$/},
  'steadfetch.attempt.outcome': {
    type: 'string',
    required: ['attempt'],
    on: ['attempt'],
    values: /^(success|failure|timeout|cancelled|superseded)$/,
  },
  'steadfetch.attempt.time_to_first_content': {type: 'number', on: ['attempt']},
  'steadfetch.body.outcome': {
    type: 'string',
    required: ['body'],
    on: ['body'],
    values: /^(read|left|timeout|cancelled|failure)$/,
  },
  'steadfetch.link.type': {type: 'string', on: ['event'], values: /^hedge_of$/},
  'steadfetch.reason': {type: 'string', on: ['event', 'metric', 'log']},
  'steadfetch.wait': {type: 'number', on: ['event', 'log']},
  'steadfetch.wait.source': {
    type: 'string',
    on: ['event', 'log'],
    values: /^(backoff|retry-after|retry-after-ms|rate-limit|none)$/,
  },
  'steadfetch.quota.unit': {type: 'string', on: ['metric'], values: /^(requests|(input_|output_)?tokens)$/},
  'steadfetch.circuit_breaker.name': {type: 'string', on: ['metric', 'log'], values: /^(https?:\/\/|unix:)/},
  'steadfetch.circuit_breaker.state': {type: 'string', on: ['metric'], values: STATE},
  'steadfetch.circuit_breaker.from': {type: 'string', on: ['metric', 'log'], values: STATE},
  'steadfetch.circuit_breaker.to': {type: 'string', on: ['metric', 'log'], values: STATE},
};

const place = ['server.address', 'server.port'];
const request = ['http.request.method', ...place, 'steadfetch.policy.name'];
const guarded = ['steadfetch.policy.name', ...place];
const endpoint = ['steadfetch.policy.name', 'steadfetch.endpoint.name', 'steadfetch.endpoint.state'];
const breaker = ['steadfetch.policy.name', 'steadfetch.circuit_breaker.name'];

/** Each metric: its form, its unit, and the attributes it must have. */
export const METRICS: Readonly<
  Record<string, {form: 'histogram' | 'sum' | 'gauge'; monotonic?: true; unit: string; required: readonly string[]}>
> = {
  'steadfetch.client.call.duration': {form: 'histogram', unit: 's', required: [...request, 'steadfetch.call.outcome']},
  'steadfetch.client.attempt.duration': {
    form: 'histogram',
    unit: 's',
    required: [...request, 'steadfetch.attempt.kind'],
  },
  'steadfetch.client.call.retries': {
    form: 'histogram',
    unit: '{retry}',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.call.hedges': {
    form: 'histogram',
    unit: '{hedge}',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.call.retry_delay': {form: 'histogram', unit: 's', required: request},
  'steadfetch.client.call.paid_attempts': {
    form: 'sum',
    monotonic: true,
    unit: '{attempt}',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.call.queue_time': {
    form: 'histogram',
    unit: 's',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.attempt.time_to_first_content': {
    form: 'histogram',
    unit: 's',
    required: [...request, 'steadfetch.attempt.kind'],
  },
  'steadfetch.client.call.rejected': {
    form: 'sum',
    monotonic: true,
    unit: '{call}',
    required: [...request, 'steadfetch.reason'],
  },
  'steadfetch.client.call.failovers': {
    form: 'sum',
    monotonic: true,
    unit: '{failover}',
    required: [...request, 'steadfetch.endpoint.before', 'steadfetch.endpoint.name'],
  },
  'steadfetch.client.endpoint.transition': {form: 'sum', monotonic: true, unit: '{transition}', required: endpoint},
  'steadfetch.client.endpoint.out': {form: 'sum', unit: '{endpoint}', required: endpoint},
  'steadfetch.client.active_calls': {form: 'sum', unit: '{call}', required: request},
  'steadfetch.client.retry_budget.remaining': {form: 'gauge', unit: '1', required: guarded},
  'steadfetch.client.concurrency.limit': {form: 'sum', unit: '{attempt}', required: guarded},
  'steadfetch.client.concurrency.waiting': {form: 'sum', unit: '{attempt}', required: guarded},
  'steadfetch.client.quota.remaining': {form: 'gauge', unit: '1', required: [...guarded, 'steadfetch.quota.unit']},
  'steadfetch.client.quota.waiting': {form: 'sum', unit: '{attempt}', required: guarded},
  'steadfetch.circuit_breaker.waiting': {form: 'sum', unit: '{attempt}', required: guarded},
  'steadfetch.circuit_breaker.state': {
    form: 'sum',
    unit: '{breaker}',
    required: [...breaker, 'steadfetch.circuit_breaker.state'],
  },
  'steadfetch.circuit_breaker.transition': {
    form: 'sum',
    monotonic: true,
    unit: '{transition}',
    required: [...breaker, 'steadfetch.circuit_breaker.from', 'steadfetch.circuit_breaker.to'],
  },
  'http.client.request.duration': {form: 'histogram', unit: 's', required: ['http.request.method', ...place]},
  'rpc.client.call.duration': {
    form: 'histogram',
    unit: 's',
    required: ['rpc.system.name', 'rpc.method', 'rpc.status_code', ...place],
  },
};

export const LOGS: Readonly<
  Record<string, {severity: [number, string]; inTrace: boolean; required: readonly string[]}>
> = {
  'steadfetch.retry.scheduled': {
    severity: [5, 'DEBUG'],
    inTrace: true,
    required: [...request, 'steadfetch.attempt.number', 'steadfetch.wait', 'steadfetch.reason'],
  },
  'steadfetch.retry.exhausted': {severity: [13, 'WARN'], inTrace: true, required: [...request, 'steadfetch.reason']},
  'steadfetch.circuit_breaker.state_change': {
    severity: [13, 'WARN'],
    inTrace: false,
    required: [...breaker, 'steadfetch.circuit_breaker.from', 'steadfetch.circuit_breaker.to'],
  },
};

export const EVENTS: RegExp =
  /^steadfetch\.(retry\.(scheduled|abandoned)|hedge\.started|breaker\.rejected|policy\.overridden|redirect|call\.(queued|failover)|retry\.nested)$/;
