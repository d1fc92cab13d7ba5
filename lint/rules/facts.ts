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

export const facts: Readonly<Record<RuleCode, Omit<RuleFacts, 'code'>>> = {
  RL001: {name: 'no-syntax-error', category: 'file', severity: 'error', confidence: 'high', fix: 'safe', summary: 'Write files that can be parsed'},
  RL002: {name: 'no-duplicate-key', category: 'file', severity: 'error', confidence: 'high', summary: 'Write every key once'},
  RL003: {name: 'no-wrong-value', category: 'file', severity: 'error', confidence: 'high', summary: 'Give every field a value of its type, within its bounds'},
  RL004: {name: 'no-unknown-field', category: 'file', severity: 'error', confidence: 'high', fix: 'safe', summary: 'Use only fields that a policy has'},
  RL005: {name: 'no-missing-field', category: 'file', severity: 'error', confidence: 'high', summary: 'Set the required fields'},
  RL006: {name: 'no-unreadable-text', category: 'file', severity: 'error', confidence: 'high', summary: 'Keep policies small, flat and UTF-8'},
  RL101: {name: 'no-retried-post-without-key', category: 'safety', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Send an idempotency key with every POST and PATCH that is retried'},
  RL102: {name: 'no-retried-refusals', category: 'safety', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Do not retry responses that cannot change'},
  RL104: {name: 'no-idempotent-post-everywhere', category: 'safety', severity: 'warning', confidence: 'medium', summary: 'List POST in idempotentMethods only on routes where it is idempotent'},
  RL105: {name: 'no-hedged-post-without-key', category: 'safety', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Hedge only requests that may arrive twice'},
  RL108: {name: 'no-plain-http-payments', category: 'safety', severity: 'error', confidence: 'high', summary: 'Send payments over TLS'},
  RL109: {name: 'no-ids-to-every-origin', category: 'safety', severity: 'info', confidence: 'medium', summary: 'Send correlation ids only to servers that log them'},
  RL110: {name: 'no-secret-in-notes', category: 'safety', severity: 'error', confidence: 'high', summary: 'Keep credentials out of policies'},
  RL111: {name: 'no-retries-paid-twice', category: 'safety', severity: 'warning', confidence: 'medium', fix: 'unsafe', summary: 'Do not pay again for an attempt that timed out'},
  RL112: {name: 'no-payments-across-endpoints', category: 'safety', severity: 'info', confidence: 'medium', summary: 'Let writes go to a second endpoint only where both know the key'},
  RL113: {name: 'no-credentials-across-sites', category: 'safety', severity: 'error', confidence: 'medium', summary: 'Do not send the credentials of one company to another'},
  RL114: {name: 'no-plain-http-endpoints', category: 'safety', severity: 'warning', confidence: 'high', summary: 'Reach every endpoint over TLS'},
  RL115: {name: 'no-hedges-paid-twice', category: 'safety', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Do not hedge calls that are paid for'},
  RL116: {name: 'no-actions-by-get', category: 'safety', severity: 'warning', confidence: 'medium', summary: 'Do not retry a GET that acts'},
  RL117: {name: 'no-ignored-key-header', category: 'safety', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Send the key in the header that the vendor reads'},
  RL201: {name: 'no-unbounded-retries', category: 'load', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Limit the number of attempts'},
  RL202: {name: 'no-excessive-attempts', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Make at most five attempts'},
  RL203: {name: 'no-synchronised-retries', category: 'load', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Spread retries with jitter'},
  RL204: {name: 'no-immediate-retries', category: 'load', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Wait before each retry'},
  RL205: {name: 'no-flat-backoff', category: 'load', severity: 'info', confidence: 'high', summary: 'Wait longer before each retry'},
  RL206: {name: 'no-endless-waits', category: 'latency', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Limit each wait to a minute, or a quarter of the deadline'},
  RL207: {name: 'use-retry-budget', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Limit the retries of all calls with a budget'},
  RL208: {name: 'no-toothless-budget', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Set a budget that refuses retries in an outage'},
  RL209: {name: 'no-amplified-retries', category: 'load', severity: 'error', confidence: 'high', summary: 'Retry in one layer'},
  RL210: {name: 'no-ignored-retry-after', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Honor Retry-After'},
  RL211: {name: 'no-fast-retries-on-overload', category: 'load', severity: 'warning', confidence: 'high', summary: 'Wait at least one second after 429, 503 and 529'},
  RL212: {name: 'no-dead-breaker', category: 'load', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Configure a breaker that can open in an outage'},
  RL213: {name: 'no-flapping-breaker', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Open the breaker for seconds, and let it close again'},
  RL215: {name: 'no-excessive-hedging', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Hedge only the slowest attempts'},
  RL216: {name: 'no-breaker-opened-by-one-call', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Open the breaker after failures of several calls'},
  RL217: {name: 'no-concurrency-below-traffic', category: 'load', severity: 'warning', confidence: 'high', summary: 'Allow as many attempts in flight as the traffic needs'},
  RL218: {name: 'no-budget-multiplied-by-instances', category: 'load', severity: 'warning', confidence: 'medium', fix: 'unsafe', summary: 'Size the budget of each process for all processes together'},
  RL219: {name: 'no-ineffective-adaptive-limit', category: 'load', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Let an adaptive concurrency limit adapt'},
  RL220: {name: 'no-quota-below-traffic', category: 'load', severity: 'warning', confidence: 'high', summary: 'Expect no more calls than the quota admits'},
  RL221: {name: 'no-pacing-without-queue', category: 'load', severity: 'warning', confidence: 'medium', fix: 'unsafe', summary: 'Let calls wait for a quota or an adaptive limit'},
  RL222: {name: 'use-refusals', category: 'load', severity: 'info', confidence: 'medium', fix: 'unsafe', summary: 'Read the error bodies of model endpoints before a retry'},
  RL223: {name: 'no-quota-multiplied-by-instances', category: 'load', severity: 'info', confidence: 'medium', summary: 'State the quota of an account for all processes together'},
  RL224: {name: 'no-split-limit', category: 'load', severity: 'warning', confidence: 'medium', summary: 'Let all calls to an origin share one limit'},
  RL225: {name: 'use-concurrency-limit', category: 'load', severity: 'info', confidence: 'medium', summary: 'Bound the attempts in flight where calls may pile up'},
  RL226: {name: 'no-implausible-quota', category: 'load', severity: 'warning', confidence: 'medium', summary: 'State the limits of the account in their units'},
  RL301: {name: 'use-attempt-timeout', category: 'latency', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Set an attempt timeout, so that a retry has time'},
  RL302: {name: 'use-deadline', category: 'latency', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Set a deadline for the whole call'},
  RL303: {name: 'no-unreachable-attempts', category: 'latency', severity: 'warning', confidence: 'high', summary: 'Fit all attempts into the deadline'},
  RL304: {name: 'no-attempt-as-long-as-call', category: 'latency', severity: 'warning', confidence: 'high', summary: 'Keep the attempt timeout well below the deadline'},
  RL305: {name: 'no-unretried-timeouts', category: 'latency', severity: 'info', confidence: 'high', summary: 'Retry attempts that time out'},
  RL306: {name: 'no-unreachable-cap', category: 'hygiene', severity: 'info', confidence: 'high', fix: 'unsafe', summary: 'Set a cap that the waits can reach'},
  RL307: {name: 'no-worst-case-above-objective', category: 'latency', severity: 'error', confidence: 'high', summary: 'Set a deadline that meets the objective'},
  RL309: {name: 'no-missed-objective', category: 'latency', severity: 'warning', confidence: 'medium', summary: 'Meet the objective under the assumed traffic'},
  RL310: {name: 'no-timeout-below-latency', category: 'latency', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Set timeouts above the latency of a healthy server'},
  RL311: {name: 'no-queue-beyond-deadline', category: 'latency', severity: 'warning', confidence: 'high', summary: 'Keep the queue short enough for the deadline'},
  RL312: {name: 'use-idle-timeout', category: 'latency', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Set an idle timeout for streams'},
  RL313: {name: 'no-excessive-hints', category: 'latency', severity: 'warning', confidence: 'high', summary: 'Limit Retry-After waits to ten minutes'},
  RL314: {name: 'no-first-content-beyond-timeout', category: 'latency', severity: 'warning', confidence: 'high', summary: 'Keep the wait for the first content within the attempt timeout'},
  RL315: {name: 'no-idle-timeout-for-watches', category: 'latency', severity: 'warning', confidence: 'medium', fix: 'unsafe', summary: 'Let a watch be silent'},
  RL316: {name: 'use-deadline-header', category: 'latency', severity: 'info', confidence: 'medium', summary: 'Tell the server how much time a call has left'},
  RL317: {name: 'no-cold-start-beyond-deadline', category: 'latency', severity: 'info', confidence: 'low', summary: 'Give calls the time in which a model is loaded'},
  RL318: {name: 'no-hints-below-queue-wait', category: 'latency', severity: 'warning', confidence: 'medium', fix: 'unsafe', summary: 'Wait for hints as long as for the quota'},
  RL401: {name: 'no-contradiction', category: 'correctness', severity: 'error', confidence: 'high', summary: 'Write fields that do not contradict each other'},
  RL403: {name: 'no-misspelt-method', category: 'correctness', severity: 'error', confidence: 'high', fix: 'unsafe', summary: 'Spell HTTP methods correctly'},
  RL405: {name: 'no-field-without-effect', category: 'correctness', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Remove fields that have no effect'},
  RL406: {name: 'no-broken-extends', category: 'correctness', severity: 'error', confidence: 'high', fix: 'safe', summary: 'Extend presets and files that exist'},
  RL407: {name: 'no-unreachable-entry', category: 'correctness', severity: 'warning', confidence: 'high', fix: 'safe', summary: 'Remove routes and entries that never apply'},
  RL408: {name: 'no-empty-triggers', category: 'correctness', severity: 'warning', confidence: 'high', summary: 'List what to retry, or set maxAttempts to 1'},
  RL412: {name: 'no-unretried-throttling', category: 'correctness', severity: 'info', confidence: 'medium', fix: 'unsafe', summary: 'Retry 429 where server errors are retried'},
  RL413: {name: 'no-extreme-replay-limit', category: 'correctness', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Keep request bodies for retries up to a moderate size'},
  RL414: {name: 'no-stream-committed-by-headers', category: 'correctness', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Hold the stream of a model until its first content'},
  RL415: {name: 'no-extreme-hold-limit', category: 'correctness', severity: 'warning', confidence: 'high', fix: 'unsafe', summary: 'Hold a moderate number of bytes before the first content'},
  RL416: {name: 'no-overridden-preset', category: 'correctness', severity: 'warning', confidence: 'high', summary: 'Name the preset last whose time limits are meant'},
  RL417: {name: 'no-ineffective-failover', category: 'correctness', severity: 'warning', confidence: 'high', summary: 'Let calls reach the second endpoint'},
  RL418: {name: 'no-lost-defaults', category: 'correctness', severity: 'info', confidence: 'medium', summary: 'Repeat the entries of a list that are still wanted'},
  RL419: {name: 'no-shared-route-guards', category: 'correctness', severity: 'warning', confidence: 'high', summary: 'Name the routes that have guards of their own'},
  RL420: {name: 'no-fallback-first', category: 'correctness', severity: 'warning', confidence: 'medium', summary: 'Give the fallback the higher rank'},
  RL421: {name: 'no-spread-sessions', category: 'correctness', severity: 'info', confidence: 'medium', summary: 'Keep the calls of a session at one endpoint'},
  RL601: {name: 'no-repeated-settings', category: 'hygiene', severity: 'info', confidence: 'high', summary: 'Write shared settings once'},
  RL602: {name: 'no-unit-slip', category: 'hygiene', severity: 'warning', confidence: 'low', fix: 'unsafe', summary: 'Write durations in milliseconds'},
  RL603: {name: 'no-idle-route', category: 'hygiene', severity: 'info', confidence: 'high', fix: 'unsafe', summary: 'Remove routes that change nothing'},
  RL604: {name: 'no-weak-suppression', category: 'hygiene', severity: 'warning', confidence: 'high', summary: 'Give each suppression a rule and a reason'},
  RL605: {name: 'no-unused-suppression', category: 'hygiene', severity: 'warning', confidence: 'high', fix: 'safe', summary: 'Remove suppressions that suppress nothing'},
  RL606: {name: 'no-rank-gap', category: 'hygiene', severity: 'info', confidence: 'low', fix: 'unsafe', summary: 'Number the ranks of endpoints without gaps'},
};
