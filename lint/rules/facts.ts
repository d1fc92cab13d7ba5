// Generated from docs/rules by scripts/rule-pages/facts.ts. Do not edit.

import type {RuleFacts} from '../rule.ts';

export type RuleCode =
  | 'RL001'
  | 'RL002'
  | 'RL003'
  | 'RL004'
  | 'RL005'
  | 'RL006'
  | 'RL101'
  | 'RL102'
  | 'RL104'
  | 'RL108'
  | 'RL109'
  | 'RL110'
  | 'RL111'
  | 'RL112'
  | 'RL113'
  | 'RL117'
  | 'RL201'
  | 'RL203'
  | 'RL204'
  | 'RL206'
  | 'RL207'
  | 'RL208'
  | 'RL209'
  | 'RL210'
  | 'RL212'
  | 'RL213'
  | 'RL215'
  | 'RL216'
  | 'RL217'
  | 'RL218'
  | 'RL219'
  | 'RL222'
  | 'RL225'
  | 'RL301'
  | 'RL302'
  | 'RL303'
  | 'RL304'
  | 'RL309'
  | 'RL310'
  | 'RL312'
  | 'RL316'
  | 'RL401'
  | 'RL403'
  | 'RL405'
  | 'RL406'
  | 'RL407'
  | 'RL408'
  | 'RL413'
  | 'RL416'
  | 'RL417'
  | 'RL419'
  | 'RL601'
  | 'RL602'
  | 'RL604'
  | 'RL605';

/** A list, because names would be repeated for every rule in each bundle. */
type Row = readonly [
  name: string,
  category: RuleFacts['category'],
  severity: RuleFacts['severity'],
  confidence: RuleFacts['confidence'],
  summary: string,
  fix?: RuleFacts['fix'],
  strict?: true,
];

export const facts: Readonly<Record<RuleCode, Row>> = {
  RL001: ['no-syntax-error', 'file', 'error', 'high', 'Write files that can be parsed', 'safe'],
  RL002: ['no-duplicate-key', 'file', 'error', 'high', 'Write every key once'],
  RL003: ['no-wrong-value', 'file', 'error', 'high', 'Give every field a value of its type, within its bounds'],
  RL004: ['no-unknown-field', 'file', 'error', 'high', 'Use only fields that a policy has', 'safe'],
  RL005: ['no-missing-field', 'file', 'error', 'high', 'Set the required fields'],
  RL006: ['no-unreadable-text', 'file', 'error', 'high', 'Keep policies small, flat and UTF-8'],
  RL101: ['no-repeated-post-without-key', 'safety', 'error', 'high', 'Send an idempotency key with every POST and PATCH that is repeated', 'unsafe'],
  RL102: ['no-retried-refusals', 'safety', 'error', 'high', 'Do not retry responses that cannot change', 'unsafe'],
  RL104: ['no-false-idempotence', 'safety', 'warning', 'medium', 'List in idempotentMethods only what may be carried out twice'],
  RL108: ['no-plain-http', 'safety', 'error', 'high', 'Send calls over TLS'],
  RL109: ['no-ids-to-every-origin', 'safety', 'info', 'medium', 'Send correlation ids only to servers that log them'],
  RL110: ['no-secret-in-notes', 'safety', 'error', 'high', 'Keep credentials out of policies'],
  RL111: ['no-calls-paid-twice', 'safety', 'warning', 'medium', 'Do not pay twice for one call', 'unsafe'],
  RL112: ['no-payments-across-endpoints', 'safety', 'info', 'medium', 'Let writes go to a second endpoint only where both know the key'],
  RL113: ['no-credentials-across-sites', 'safety', 'error', 'medium', 'Do not send the credentials of one company to another'],
  RL117: ['no-ignored-key-header', 'safety', 'error', 'high', 'Send the key in the header that the vendor reads', 'unsafe'],
  RL201: ['no-too-many-attempts', 'load', 'error', 'high', 'Make at most five attempts', 'unsafe'],
  RL203: ['no-synchronised-retries', 'load', 'error', 'high', 'Spread retries with jitter', 'unsafe'],
  RL204: ['use-backoff', 'load', 'error', 'high', 'Wait before each retry, and longer each time', 'unsafe'],
  RL206: ['no-endless-waits', 'latency', 'warning', 'high', 'Limit each wait, that of Retry-After included', 'unsafe'],
  RL207: ['use-retry-budget', 'load', 'warning', 'high', 'Limit the retries of all calls with a budget', 'unsafe'],
  RL208: ['no-toothless-budget', 'load', 'warning', 'high', 'Set a budget that refuses retries in an outage', 'unsafe'],
  RL209: ['no-amplified-retries', 'load', 'error', 'high', 'Retry in one layer'],
  RL210: ['no-ignored-throttling', 'load', 'warning', 'high', 'Wait as long as a server that throttles needs', 'unsafe'],
  RL212: ['no-dead-breaker', 'load', 'error', 'high', 'Configure a breaker that can open in an outage', 'unsafe'],
  RL213: ['no-flapping-breaker', 'load', 'warning', 'high', 'Open the breaker for seconds, and let it close again', 'unsafe'],
  RL215: ['no-excessive-hedging', 'load', 'warning', 'high', 'Hedge only the slowest attempts', 'unsafe'],
  RL216: ['no-breaker-opened-by-one-call', 'load', 'warning', 'high', 'Open the breaker after failures of several calls', 'unsafe'],
  RL217: ['no-limit-below-traffic', 'load', 'warning', 'high', 'Size limits and their queues for the traffic', 'unsafe'],
  RL218: ['no-multiplied-limit', 'load', 'warning', 'medium', 'Size limits for all processes and routes that share a server', 'unsafe'],
  RL219: ['no-ineffective-adaptive-limit', 'load', 'warning', 'high', 'Let an adaptive concurrency limit adapt', 'unsafe'],
  RL222: ['use-refusals', 'load', 'info', 'medium', 'Read the errors in the bodies and streams of model endpoints', 'unsafe'],
  RL225: ['use-concurrency-limit', 'load', 'info', 'medium', 'Bound the attempts in flight where calls may pile up'],
  RL301: ['use-attempt-timeout', 'latency', 'error', 'high', 'Set an attempt timeout, so that a retry has time', 'unsafe'],
  RL302: ['use-deadline', 'latency', 'warning', 'high', 'Set a deadline for the whole call', 'unsafe'],
  RL303: ['no-unreachable-attempts', 'latency', 'warning', 'high', 'Fit all attempts into the deadline'],
  RL304: ['no-unreachable-limit', 'latency', 'warning', 'high', 'Keep each time limit below the one that ends it', 'unsafe'],
  RL309: ['no-missed-objective', 'latency', 'warning', 'medium', 'Meet the objective'],
  RL310: ['no-timeout-below-latency', 'latency', 'warning', 'high', 'Set time limits above what a healthy server needs', 'unsafe'],
  RL312: ['use-idle-timeout', 'latency', 'warning', 'high', 'Set an idle timeout that fits the stream', 'unsafe'],
  RL316: ['use-deadline-header', 'latency', 'info', 'medium', 'Tell the server how much time a call has left'],
  RL401: ['no-contradiction', 'correctness', 'error', 'high', 'Write fields that do not contradict each other'],
  RL403: ['no-misspelt-method', 'correctness', 'error', 'high', 'Spell HTTP methods correctly', 'unsafe'],
  RL405: ['no-field-without-effect', 'correctness', 'warning', 'high', 'Remove what has no effect', 'unsafe'],
  RL406: ['no-broken-extends', 'correctness', 'error', 'high', 'Extend presets and files that exist', 'safe'],
  RL407: ['no-unreachable-entry', 'correctness', 'warning', 'high', 'Remove routes and entries that never apply', 'safe'],
  RL408: ['no-missing-triggers', 'correctness', 'warning', 'high', 'List every failure that is to be retried', 'unsafe'],
  RL413: ['no-extreme-buffer', 'correctness', 'warning', 'high', 'Keep a moderate number of bytes for retries', 'unsafe'],
  RL416: ['no-overridden-preset', 'correctness', 'warning', 'high', 'Name the preset last whose settings are meant'],
  RL417: ['no-wrong-endpoint', 'correctness', 'warning', 'high', 'Let each call reach the endpoint that is meant for it'],
  RL419: ['no-shared-route-guards', 'correctness', 'warning', 'high', 'Name the routes that have guards of their own'],
  RL601: ['no-repeated-settings', 'hygiene', 'info', 'high', 'Write shared settings once'],
  RL602: ['no-unit-slip', 'hygiene', 'warning', 'low', 'Write durations and limits in their units', 'unsafe'],
  RL604: ['no-weak-suppression', 'hygiene', 'warning', 'high', 'Give each suppression a rule and a reason'],
  RL605: ['no-unused-suppression', 'hygiene', 'warning', 'high', 'Remove suppressions that suppress nothing', 'safe'],
};

/** Code and name of each retired rule, and the code of the rule that has its check. */
export const formerly: readonly (readonly [code: string, name: string, now: RuleCode])[] = [
  ['RL101', 'no-retried-post-without-key', 'RL101'],
  ['RL104', 'no-idempotent-post-everywhere', 'RL104'],
  ['RL105', 'no-hedged-post-without-key', 'RL101'],
  ['RL108', 'no-plain-http-payments', 'RL108'],
  ['RL111', 'no-retries-paid-twice', 'RL111'],
  ['RL114', 'no-plain-http-endpoints', 'RL108'],
  ['RL115', 'no-hedges-paid-twice', 'RL111'],
  ['RL116', 'no-actions-by-get', 'RL104'],
  ['RL201', 'no-unbounded-retries', 'RL201'],
  ['RL202', 'no-excessive-attempts', 'RL201'],
  ['RL204', 'no-immediate-retries', 'RL204'],
  ['RL205', 'no-flat-backoff', 'RL204'],
  ['RL210', 'no-ignored-retry-after', 'RL210'],
  ['RL211', 'no-fast-retries-on-overload', 'RL210'],
  ['RL217', 'no-concurrency-below-traffic', 'RL217'],
  ['RL218', 'no-budget-multiplied-by-instances', 'RL218'],
  ['RL220', 'no-quota-below-traffic', 'RL217'],
  ['RL221', 'no-pacing-without-queue', 'RL217'],
  ['RL223', 'no-quota-multiplied-by-instances', 'RL218'],
  ['RL224', 'no-split-limit', 'RL218'],
  ['RL226', 'no-implausible-quota', 'RL602'],
  ['RL304', 'no-attempt-as-long-as-call', 'RL304'],
  ['RL305', 'no-unretried-timeouts', 'RL408'],
  ['RL306', 'no-unreachable-cap', 'RL304'],
  ['RL307', 'no-worst-case-above-objective', 'RL309'],
  ['RL311', 'no-queue-beyond-deadline', 'RL217'],
  ['RL313', 'no-excessive-hints', 'RL206'],
  ['RL314', 'no-first-content-beyond-timeout', 'RL304'],
  ['RL315', 'no-idle-timeout-for-watches', 'RL312'],
  ['RL317', 'no-cold-start-beyond-deadline', 'RL310'],
  ['RL318', 'no-hints-below-queue-wait', 'RL210'],
  ['RL408', 'no-empty-triggers', 'RL408'],
  ['RL412', 'no-unretried-throttling', 'RL408'],
  ['RL413', 'no-extreme-replay-limit', 'RL413'],
  ['RL414', 'no-stream-committed-by-headers', 'RL222'],
  ['RL415', 'no-extreme-hold-limit', 'RL413'],
  ['RL417', 'no-ineffective-failover', 'RL417'],
  ['RL418', 'no-lost-defaults', 'RL408'],
  ['RL420', 'no-fallback-first', 'RL417'],
  ['RL421', 'no-spread-sessions', 'RL417'],
  ['RL603', 'no-idle-route', 'RL405'],
  ['RL606', 'no-rank-gap', 'RL405'],
];
