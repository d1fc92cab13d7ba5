/**
 * What errors of vendors without rows of their own say in general words: that an account is used up, that a request can never be answered, that
 * a server is overloaded, or that the model ran out of time. Asked after the vendors' rows.
 */
import type {ErrorFacts} from './error-body.ts';
import type {Meaning} from './refusals.ts';

const says = (text: string, patterns: readonly RegExp[]): boolean => patterns.some(pattern => pattern.test(text));

/** An account, or what was paid for in advance, is used up: only a person can end that. */
const NO_CREDIT: readonly RegExp[] = [
  /(?:insufficient|exceeded.(?:your.)?current|no|not.enough|out.of|lack.of|used.all(?:.available)?|ran?.out.of|more|add|purchase|buy|top.up)[ _-](?:(?:your|available|api|usd|account|prepaid|usage|included)[ _-]){0,4}(?:quota|credits?|balance|funds)\b/i,
  /\b(?:credits?|balance|budget|funds)\b[^.\n]{0,40}(?:deplet|exhaust|exceed|used up|run out|too low|insufficient|not enough|expired)/i,
  /\b(?:credit|spend(?:ing)?|budget)[ _-](?:limit|cap|exceeded)/i,
  /payment (?:required|is past due)/i,
  /(?:extra usage|usage credits?) (?:is |are )?required/i,
  /(?:quota|resource)[ _-]exhausted\b/i,
  /usage[ _]limit[ _](?:has been )?reached/i,
  /(?:hit|reached) your (?:[\w-]{1,20} ){0,3}(?:usage|plan|account|spending) limit/i,
  /account[^.\n]{0,20}(?:suspended|deactivated|disabled|not active)/i,
  /(?:subscription|plan|trial)\b[^.\n]{0,30}(?:expired|past due|has ended)/i,
  /requires? an? (?:paid|pro)\b[^.\n]{0,20}(?:plan|subscription)/i,
  /\brecharge\b|arrears|overdue|余额|欠费|充值|套餐[^。\n]{0,8}到期/i,
];
/** Gemini names the limit of a plan that holds none of this model; and a wait, which does not help. */
const NO_LIMIT = /\blimit: 0\b/i;
/** The quota of a day or longer is used up: a retry in minutes fails the same way. */
const LONG_PERIOD: readonly RegExp[] = [
  /\b(?:daily|weekly|monthly|[tr]pd|(?:per|a)[ -](?:day|week|month))\b[^\n]{0,60}(?:limit|quota|tokens?|requests?|calls?|usage|allocation|allowance|free|models?|credits?|exceed|exhaust|reached)/i,
  /(?:limit|quota|tokens?|requests?|calls?|usage|allocation|allowance|free|models?|credits?)[^.\n]{0,40}(?:\b(?:daily|weekly|monthly|[tr]pd)\b|(?:\bper[ -]|\/ ?)(?:day|week|month)\b|by(?:day|month)\b)/i,
  /今日|每日|每周|每月/,
];
/** The request is wrong, too long or not allowed, although the status says that the server failed. */
const NEVER: readonly RegExp[] = [
  /context (?:length|size|window)|maximum context|(?:prompt|input|request|message) (?:is )?too (?:long|large)/i,
  /(?:invalid|incorrect) (?:api key|request|model)|invalid_request_error|unauthorized|not authorized|authentication ?error/i,
  /model[^.\n]{0,60}(?:not found|does not exist|not supported)|no models? loaded|unsupported/i,
  /requires more (?:system )?memory|content[ _](?:policy|filter)/i,
  /badrequesterror|notfounderror|contextwindowexceeded|validationexception/i,
];
/** Short of capacity: the request was refused before any work. */
const OVERLOADED: readonly RegExp[] = [
  /overload|\bbusy\b|capacity|high (?:demand|load|traffic)|heavy load|too many (?:pending|concurrent)|pending requests/i,
  /queue (?:is )?full|backlog|繁忙|过载|负载/i,
];
/** The same, of a status that says no more than that the service is away. */
const UNAVAILABLE: readonly RegExp[] = [
  /unavailable|scaling|maintenance|unable to process|cold[ _]start|warming|starting|initializing|loading|try again (?:later|shortly|soon)/i,
  /no (?:healthy|available|free)|not (?:yet )?(?:ready|loaded|available)|rate.?limit|throttl|too many requests/i,
];
const TIMED_OUT = /time[ _-]?d?[ _-]?out|too long|time limit|deadline/i;

/** RESOURCE_EXHAUSTED is gRPC's word for any limit. */
const ANY_LIMIT = /\bresource[ _](?:has been )?exhausted\b/gi;

/** @see Groq, error codes: flex tier capacity exceeded */
const GROQ_CAPACITY = 498;

/** What an error means, by its words; null if they say nothing. */
export function generalMeaning({codes, message, hint}: ErrorFacts, status: number): Meaning | null {
  const text = `${codes.join('\n')}\n${message}`.replaceAll(ANY_LIMIT, '');
  if (status === 408) return TIMED_OUT.test(text) ? 'failed' : null;
  if (NO_LIMIT.test(text)) return 'exhausted';
  // A server that names a wait will admit the request after it.
  if (hint === null && says(text, NO_CREDIT)) return 'exhausted';
  if (status < 500 && status !== GROQ_CAPACITY) return hint === null && says(text, LONG_PERIOD) ? 'exhausted' : null;
  if (says(text, OVERLOADED)) return 'overloaded';
  if (says(text, NEVER)) return 'never';
  return (status === 503 || status === 529) && says(text, UNAVAILABLE) ? 'overloaded' : null;
}
