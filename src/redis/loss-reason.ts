/** Why Redis does not answer, as events and log lines say it. Messages of drivers repeat URLs, and the arguments of the command AUTH. */
import {redactText} from '../decide/redact.ts';

/** HELLO has the arguments of AUTH. */
const ABOUT_LOGIN = /auth|hello|pass|pwd|credential|secret|noperm/i;
/** With the scheme, because drivers take passwords that no URL could have. */
const USERINFO = /\S*@/g;
const LONGEST = 300;

export function lossReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (ABOUT_LOGIN.test(message)) {
    const code = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/.exec(message)?.[0] ?? 'an error';
    return `${code}, whose message is not shown because it may repeat credentials`;
  }
  return redactText(message).replace(USERINFO, 'REDACTED@').slice(0, LONGEST);
}
