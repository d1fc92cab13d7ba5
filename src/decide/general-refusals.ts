/**
 * What errors of vendors without rows of their own say in general words: that an account is used up, that a request can never be answered, that
 * a server is overloaded, that no model got it, or that the model ran out of time. Asked after the vendors' rows.
 */
import {isOverload} from './classification.ts';
import type {ErrorFacts} from './error-body.ts';
import {isRefused} from './paid.ts';
import type {Meaning} from './refusals.ts';

/** An account, or what was paid for in advance, is used up: only a person can end that. */
const NO_CREDIT =
  /(?:sufficient|exceeded.(?:your.)?current|no|not.enough|out.of|lack.of|used.all|more|add|purchase|buy|top.up)[ _-](?:(?:your|available|api|usd|account|prepaid|usage|included)[ _-]){0,4}(?:quota|credits?|funds)(?![a-z])|(?<!load.|wrap: ?)balance(?!r)|\b(?:credits?|budget|funds)\b[^.\n]{0,40}(?:deplet|exhaust|exceed|used up|run out|too low|sufficient|not enough|expired)|\b(?:credit|spend(?:ing)?|budget)[ _-](?:limit|cap|exceeded)|payment required|past due|usage (?:credits? )?(?:is |are )?required|quota[ _-]exhausted|usage[ _]limit[ _](?:has been )?reached|(?:hit|reached) your (?:[\w-]{1,20} ){0,3}(?:usage|plan|account|spending) limit|trial quota|inference limit|account[^.\n]{0,20}(?:suspended|deactivated|disabled|not active)|(?:subscription|plan|trial)\b[^.\n]{0,30}(?:expired|has ended)|requires? an? (?:paid|pro)\b[^.\n]{0,20}(?:plan|subscription)|recharge|arrears|overdue|使用上限|余额|欠费|充值|套餐[^。\n]{0,8}到期/i;
/** Gemini names the limit of a plan that holds none of this model; and a wait, which does not help. */
const NO_LIMIT = /\blimit: 0\b/i;
/** The quota of a day or longer is used up: a retry in minutes fails the same way. */
const LONG_PERIOD =
  /\b(?:daily|weekly|monthly|5.hour|[tr]pd|(?:per|a)[ -](?:day|week|month))\b[^\n]{0,60}(?:limit|quota|tokens?|requests?|calls?|usage|allocation|allowance|free|models?|credits?|exceed|exhaust|reached)|(?:limit|quota|tokens?|requests?|calls?|usage|allocation|allowance|free|models?|credits?)[^.\n]{0,40}(?:\b(?:daily|weekly|monthly|[tr]pd)\b|(?:\bper[ -]|\/ ?)(?:day|week|month)\b|by(?:day|month)\b)|今日|每日|每周|每月/i;
/** The request is wrong, too long or not allowed, although the status says that the server failed. */
const NEVER =
  /context.?(?:length|size|window)|maximum context|(?:prompt|input|request|message) (?:is )?too (?:long|large)|(?:invalid|incorrect)[ _](?:api key|request|model)|(?:un|not )authorized|(?:authentication|notfound) ?error|model[^.\n]{0,60}(?:not found|does not exist|not supported)|no models? loaded|unsupported|more (?:system )?memory|content[ _](?:policy|filter)|bad.?request|validationexception|forbidden|access denied/i;
/** Short of capacity, or over a limit: the request was refused before any work. */
const OVERLOADED =
  /overload|\bbusy\b|capacity|(?:high|heavy) (?:demand|load|traffic)|too many (?:pending|con|req)|pending requests|queue.{0,9}full|\btime.{0,30}queue|backlog|rate.?limit|throttl|\bno (?:\w+ )?(?:healthy|available|free)\b|繁忙|过载|负载|无可用/i;
/** The same, of a status that says no more than that the service is away. */
const UNAVAILABLE = /available|scaling|maint|unable|cold|warm|start|initial|load|again|ready/i;
/** The request came to no model: a gateway could not connect, or the model could not be loaded. */
const UNREACHED =
  /conn(?:ection )?refused|ly refused|connection failure|reason: (?:connection timeout|overflow)|load(?:ing)? (?:the )?model|(?:unable|failed) to start/i;
/** A gateway repeats the status that it got from the server behind it. */
const STATUS_BEHIND = /\b(?:status|error|http|code)\w{0,5}[\s:=("']{1,4}(4\d\d)\b/i;
/** The model was at work when a limit, or its connection, ended. */
const STOPPED = /time[ _-]?d?[ _-]?out|too long|time limit|deadline|reset|hang up|closed|terminat/i;
/** What 408 means by the RFC, in words. */
const UNRECEIVED =
  /n[o']t (?:arrive|read\b|.{4,7} .{0,14}request)|request .{0,9}not .{0,9}received|reading request|client timeout/i;

/** RESOURCE_EXHAUSTED is gRPC's word for any limit, `credit_limit` Together's for requests a minute. */
const ANY_LIMIT = /\bresource[ _](?:has been )?exhausted\b|\bcredit_limit\b/gi;

/** Below 500, and still about the server. @see SageMaker, ModelError: its container failed; Groq, error codes: flex tier capacity exceeded */
const OF_SERVERS: readonly number[] = [424, 498];

/** What an error means, by its words; null if they say nothing. */
export function generalMeaning({codes, message, hint}: ErrorFacts, status: number): Meaning | null {
  const text = `${codes.join('\n')}\n${message}`.replaceAll(ANY_LIMIT, '');
  if (status === 408) return UNRECEIVED.test(text) ? 'unreceived' : STOPPED.test(text) ? 'failed' : null;
  if (NO_LIMIT.test(text)) return 'exhausted';
  // A server that names a wait will admit the request after it.
  if (hint === null && NO_CREDIT.test(text)) return 'exhausted';
  if (status < 500 && !OF_SERVERS.includes(status)) return hint === null && LONG_PERIOD.test(text) ? 'exhausted' : null;
  const behind = Number(STATUS_BEHIND.exec(text)?.[1]);
  if (OVERLOADED.test(text) || behind === 429) return 'overloaded';
  if (NEVER.test(text) || isRefused(behind)) return 'never';
  if (UNREACHED.test(text)) return 'unreached';
  if (!isOverload(status)) return null;
  return STOPPED.test(text) ? 'failed' : UNAVAILABLE.test(text) ? 'overloaded' : null;
}
