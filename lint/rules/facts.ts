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
  | 'RL105'
  | 'RL108'
  | 'RL109'
  | 'RL110'
  | 'RL111'
  | 'RL112'
  | 'RL113'
  | 'RL114'
  | 'RL115'
  | 'RL116'
  | 'RL117'
  | 'RL201'
  | 'RL202'
  | 'RL203'
  | 'RL204'
  | 'RL205'
  | 'RL206'
  | 'RL207'
  | 'RL208'
  | 'RL209'
  | 'RL210'
  | 'RL211'
  | 'RL212'
  | 'RL213'
  | 'RL215'
  | 'RL216'
  | 'RL217'
  | 'RL218'
  | 'RL219'
  | 'RL220'
  | 'RL221'
  | 'RL222'
  | 'RL223'
  | 'RL224'
  | 'RL225'
  | 'RL226'
  | 'RL301'
  | 'RL302'
  | 'RL303'
  | 'RL304'
  | 'RL305'
  | 'RL306'
  | 'RL307'
  | 'RL309'
  | 'RL310'
  | 'RL311'
  | 'RL312'
  | 'RL313'
  | 'RL314'
  | 'RL315'
  | 'RL316'
  | 'RL317'
  | 'RL318'
  | 'RL401'
  | 'RL403'
  | 'RL405'
  | 'RL406'
  | 'RL407'
  | 'RL408'
  | 'RL412'
  | 'RL413'
  | 'RL414'
  | 'RL415'
  | 'RL416'
  | 'RL417'
  | 'RL418'
  | 'RL419'
  | 'RL420'
  | 'RL421'
  | 'RL601'
  | 'RL602'
  | 'RL603'
  | 'RL604'
  | 'RL605'
  | 'RL606';

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
  RL101: ['no-retried-post-without-key', 'safety', 'error', 'high', 'Send an idempotency key with every POST and PATCH that is retried', 'unsafe'],
  RL102: ['no-retried-refusals', 'safety', 'error', 'high', 'Do not retry responses that cannot change', 'unsafe'],
  RL104: ['no-idempotent-post-everywhere', 'safety', 'warning', 'medium', 'List POST in idempotentMethods only on routes where it is idempotent'],
  RL105: ['no-hedged-post-without-key', 'safety', 'error', 'high', 'Hedge only requests that may arrive twice', 'unsafe'],
  RL108: ['no-plain-http-payments', 'safety', 'error', 'high', 'Send payments over TLS'],
  RL109: ['no-ids-to-every-origin', 'safety', 'info', 'medium', 'Send correlation ids only to servers that log them'],
  RL110: ['no-secret-in-notes', 'safety', 'error', 'high', 'Keep credentials out of policies'],
  RL111: ['no-retries-paid-twice', 'safety', 'warning', 'medium', 'Do not pay again for an attempt that timed out', 'unsafe'],
  RL112: ['no-payments-across-endpoints', 'safety', 'info', 'medium', 'Let writes go to a second endpoint only where both know the key'],
  RL113: ['no-credentials-across-sites', 'safety', 'error', 'medium', 'Do not send the credentials of one company to another'],
  RL114: ['no-plain-http-endpoints', 'safety', 'warning', 'high', 'Reach every endpoint over TLS'],
  RL115: ['no-hedges-paid-twice', 'safety', 'warning', 'high', 'Do not hedge calls that are paid for', 'unsafe'],
  RL116: ['no-actions-by-get', 'safety', 'warning', 'medium', 'Do not retry a GET that acts'],
  RL117: ['no-ignored-key-header', 'safety', 'error', 'high', 'Send the key in the header that the vendor reads', 'unsafe'],
  RL201: ['no-unbounded-retries', 'load', 'error', 'high', 'Limit the number of attempts', 'unsafe'],
  RL202: ['no-excessive-attempts', 'load', 'warning', 'high', 'Make at most five attempts', 'unsafe'],
  RL203: ['no-synchronised-retries', 'load', 'error', 'high', 'Spread retries with jitter', 'unsafe'],
  RL204: ['no-immediate-retries', 'load', 'error', 'high', 'Wait before each retry', 'unsafe'],
  RL205: ['no-flat-backoff', 'load', 'info', 'high', 'Wait longer before each retry'],
  RL206: ['no-endless-waits', 'latency', 'warning', 'high', 'Limit each wait to a minute, or a quarter of the deadline', 'unsafe'],
  RL207: ['use-retry-budget', 'load', 'warning', 'high', 'Limit the retries of all calls with a budget', 'unsafe'],
  RL208: ['no-toothless-budget', 'load', 'warning', 'high', 'Set a budget that refuses retries in an outage', 'unsafe'],
  RL209: ['no-amplified-retries', 'load', 'error', 'high', 'Retry in one layer'],
  RL210: ['no-ignored-retry-after', 'load', 'warning', 'high', 'Honor Retry-After', 'unsafe'],
  RL211: ['no-fast-retries-on-overload', 'load', 'warning', 'high', 'Wait at least one second after 429, 503 and 529'],
  RL212: ['no-dead-breaker', 'load', 'error', 'high', 'Configure a breaker that can open in an outage', 'unsafe'],
  RL213: ['no-flapping-breaker', 'load', 'warning', 'high', 'Open the breaker for seconds, and let it close again', 'unsafe'],
  RL215: ['no-excessive-hedging', 'load', 'warning', 'high', 'Hedge only the slowest attempts', 'unsafe'],
  RL216: ['no-breaker-opened-by-one-call', 'load', 'warning', 'high', 'Open the breaker after failures of several calls', 'unsafe'],
  RL217: ['no-concurrency-below-traffic', 'load', 'warning', 'high', 'Allow as many attempts in flight as the traffic needs'],
  RL218: ['no-budget-multiplied-by-instances', 'load', 'warning', 'medium', 'Size the budget of each process for all processes together', 'unsafe'],
  RL219: ['no-ineffective-adaptive-limit', 'load', 'warning', 'high', 'Let an adaptive concurrency limit adapt', 'unsafe'],
  RL220: ['no-quota-below-traffic', 'load', 'warning', 'high', 'Expect no more calls than the quota admits'],
  RL221: ['no-pacing-without-queue', 'load', 'warning', 'medium', 'Let calls wait for a quota or an adaptive limit', 'unsafe'],
  RL222: ['use-refusals', 'load', 'info', 'medium', 'Read the error bodies of model endpoints before a retry', 'unsafe'],
  RL223: ['no-quota-multiplied-by-instances', 'load', 'info', 'medium', 'State the quota of an account for all processes together'],
  RL224: ['no-split-limit', 'load', 'warning', 'medium', 'Let all calls to an origin share one limit'],
  RL225: ['use-concurrency-limit', 'load', 'info', 'medium', 'Bound the attempts in flight where calls may pile up'],
  RL226: ['no-implausible-quota', 'load', 'warning', 'medium', 'State the limits of the account in their units'],
  RL301: ['use-attempt-timeout', 'latency', 'error', 'high', 'Set an attempt timeout, so that a retry has time', 'unsafe'],
  RL302: ['use-deadline', 'latency', 'warning', 'high', 'Set a deadline for the whole call', 'unsafe'],
  RL303: ['no-unreachable-attempts', 'latency', 'warning', 'high', 'Fit all attempts into the deadline'],
  RL304: ['no-attempt-as-long-as-call', 'latency', 'warning', 'high', 'Keep the attempt timeout well below the deadline'],
  RL305: ['no-unretried-timeouts', 'latency', 'info', 'high', 'Retry attempts that time out'],
  RL306: ['no-unreachable-cap', 'hygiene', 'info', 'high', 'Set a cap that the waits can reach', 'unsafe'],
  RL307: ['no-worst-case-above-objective', 'latency', 'error', 'high', 'Set a deadline that meets the objective'],
  RL309: ['no-missed-objective', 'latency', 'warning', 'medium', 'Meet the objective under the assumed traffic'],
  RL310: ['no-timeout-below-latency', 'latency', 'warning', 'high', 'Set timeouts above the latency of a healthy server', 'unsafe'],
  RL311: ['no-queue-beyond-deadline', 'latency', 'warning', 'high', 'Keep the queue short enough for the deadline'],
  RL312: ['use-idle-timeout', 'latency', 'warning', 'high', 'Set an idle timeout for streams', 'unsafe'],
  RL313: ['no-excessive-hints', 'latency', 'warning', 'high', 'Limit Retry-After waits to ten minutes'],
  RL314: ['no-first-content-beyond-timeout', 'latency', 'warning', 'high', 'Keep the wait for the first content within the attempt timeout'],
  RL315: ['no-idle-timeout-for-watches', 'latency', 'warning', 'medium', 'Let streams be silent as long as they may be', 'unsafe'],
  RL316: ['use-deadline-header', 'latency', 'info', 'medium', 'Tell the server how much time a call has left'],
  RL317: ['no-cold-start-beyond-deadline', 'latency', 'info', 'low', 'Give calls the time in which a model is loaded'],
  RL318: ['no-hints-below-queue-wait', 'latency', 'warning', 'medium', 'Wait for hints as long as for the quota', 'unsafe'],
  RL401: ['no-contradiction', 'correctness', 'error', 'high', 'Write fields that do not contradict each other'],
  RL403: ['no-misspelt-method', 'correctness', 'error', 'high', 'Spell HTTP methods correctly', 'unsafe'],
  RL405: ['no-field-without-effect', 'correctness', 'warning', 'high', 'Remove fields that have no effect', 'unsafe'],
  RL406: ['no-broken-extends', 'correctness', 'error', 'high', 'Extend presets and files that exist', 'safe'],
  RL407: ['no-unreachable-entry', 'correctness', 'warning', 'high', 'Remove routes and entries that never apply', 'safe'],
  RL408: ['no-empty-triggers', 'correctness', 'warning', 'high', 'List what to retry, or set maxAttempts to 1'],
  RL412: ['no-unretried-throttling', 'correctness', 'info', 'medium', 'Retry 429 where server errors are retried', 'unsafe'],
  RL413: ['no-extreme-replay-limit', 'correctness', 'warning', 'high', 'Keep request bodies for retries up to a moderate size', 'unsafe'],
  RL414: ['no-stream-committed-by-headers', 'correctness', 'warning', 'high', 'Hold the stream of a model until its first content', 'unsafe'],
  RL415: ['no-extreme-hold-limit', 'correctness', 'warning', 'high', 'Hold a moderate number of bytes before the first content', 'unsafe'],
  RL416: ['no-overridden-preset', 'correctness', 'warning', 'high', 'Name the preset last whose settings are meant'],
  RL417: ['no-ineffective-failover', 'correctness', 'warning', 'high', 'Let calls reach the second endpoint'],
  RL418: ['no-lost-defaults', 'correctness', 'info', 'medium', 'Repeat what is still wanted of a list or a route'],
  RL419: ['no-shared-route-guards', 'correctness', 'warning', 'high', 'Name the routes that have guards of their own'],
  RL420: ['no-fallback-first', 'correctness', 'warning', 'medium', 'Give the fallback the higher rank'],
  RL421: ['no-spread-sessions', 'correctness', 'info', 'medium', 'Keep the calls of a session at one endpoint'],
  RL601: ['no-repeated-settings', 'hygiene', 'info', 'high', 'Write shared settings once'],
  RL602: ['no-unit-slip', 'hygiene', 'warning', 'low', 'Write durations in milliseconds', 'unsafe'],
  RL603: ['no-idle-route', 'hygiene', 'info', 'high', 'Remove routes that change nothing', 'unsafe'],
  RL604: ['no-weak-suppression', 'hygiene', 'warning', 'high', 'Give each suppression a rule and a reason'],
  RL605: ['no-unused-suppression', 'hygiene', 'warning', 'high', 'Remove suppressions that suppress nothing', 'safe'],
  RL606: ['no-rank-gap', 'hygiene', 'info', 'low', 'Number the ranks of endpoints without gaps', 'unsafe'],
};
