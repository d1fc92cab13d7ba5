/** Lines with a sign of a failure in a format that triage does not know: counted, and shown by their shape, so that nobody takes silence for success. */

/** A line that nothing read. */
export interface UnreadSample {
  readonly line: number;
  /** The words of the vocabulary of failures in it; `*` for everything else, which can be secret. */
  readonly shape: string;
}

const SAMPLES = 5;
const LONGEST = 4096;

/** What a failure of a request is called, whoever writes. */
const SIGN =
  /\b(?:timed?[ _-]?out|timeout|refused|reset by|unreachable|unavailable|too many requests|rate.?limit\w{0,3}|throttl\w{1,4}|quota|overload\w{0,2}|bad gateway|insufficient_\w+|E(?:CONN|PIPE|TIMED|HOST|NET|AI_)\w+)\b|\b(?:requests?|calls?|connections?|responses?|upstream|server|https?|api|attempts?|webhook|rpc|fetch|download|upload)\b[^\n]{0,80}\b(?:fail\w*|errors?|closed|lost|aborted|dropped|rejected)\b|\b(?:fail\w*|error|could ?n[o']t|unable)\b[^\n]{0,80}\b(?:requests?|calls?|connect\w*|responses?|upstream|server|api|fetch|send\w*|reach\w*|call\w*)\b|\b(?:status|code|https?|returned|answered)\W{0,4}[45]\d\d\b|\b(?:GET|POST|PUT|PATCH|DELETE)\b[^\n]{0,200}\b[45]\d\d\b|\s[45]\d\d\s[^\n]{0,200}"(?:GET|POST|PUT|PATCH|DELETE) |\b(?:curl|cURL)(?: error|:) \(?\d/i;
/** Errors of clients by their names. */
const NAMED =
  /\b\w*(?:IO|Socket|Connect|Connection|Http|HTTP|Request|Response|Network|Client|Server|Api|API|Transport|Timeout|Retry)(?:Error|Exception)\b/;
/** No failure of a request, whatever words it uses. */
const QUIET = /\b0 (?:errors|failures|failed|timeouts)\b/i;

/** Whether a text has a sign of a failed request. */
export const hasSign = (text: string): boolean => {
  const looked = text.slice(0, LONGEST);
  return (SIGN.test(looked) || NAMED.test(looked)) && !QUIET.test(looked);
};

const WORDS =
  /^(?:trace|debug|info|warn|warning|error|fatal|critical|severe|err|get|post|put|patch|delete|head|options|http|https|grpc|rpc|tcp|tls|ssl|dns|status|code|timeout|timed|time|out|connect|connection|connections|closed|lost|aborted|dropped|rejected|refused|reset|by|peer|broken|pipe|unreachable|unavailable|too|many|requests|request|rate|limit|limited|exceeded|reached|throttled|throttling|quota|overloaded|bad|gateway|server|client|upstream|service|internal|not|found|forbidden|unauthorized|call|response|attempt|attempts|retry|retries|retrying|retried|failed|failure|fail|fails|exception|returned|answered|api|fetch|send|webhook|download|upload|after|before|while|reading|writing|read|write|no|host|route|name|resolution|could|unable|response|econn\w+|etimedout|epipe|enotfound|eai_again|ehostunreach|enetunreach)$/i;

export class UnreadLines {
  #count = 0;
  readonly #samples: UnreadSample[] = [];

  add(text: string, line: number): void {
    this.#count++;
    if (this.#samples.length < SAMPLES) this.#samples.push({line, shape: shapeOf(text)});
  }

  get count(): number {
    return this.#count;
  }

  get samples(): readonly UnreadSample[] {
    return [...this.#samples];
  }
}

/** `* ERROR * connection refused *`: nothing in a log but known words and statuses is printed. */
function shapeOf(text: string): string {
  const words = text.slice(0, 1000).match(/\w+|[^\s\w]/g) ?? [];
  const shown = words.map(word => (WORDS.test(word) || /^[45]\d\d$/.test(word) ? word : '*'));
  const short = shown.filter((word, index) => word !== '*' || shown[index - 1] !== '*');
  return short.slice(0, 24).join(' ').slice(0, 120);
}
