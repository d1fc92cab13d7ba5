/** Why Redis does not answer, as events and log lines say it. Messages of drivers repeat URLs, and the arguments of the command AUTH. */
import {textOf} from '../core/unknown-value.ts';
import {redactText} from '../decide/redact.ts';

/** HELLO has the arguments of AUTH. */
const ABOUT_LOGIN = /auth|hello|pass|pwd|credential|secret|noperm/i;
const LONGEST = 300;

export function lossReason(error: unknown): string {
  const message = textOf(error);
  if (ABOUT_LOGIN.test(message)) {
    const code = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/.exec(message)?.[0] ?? 'an error';
    return `${code}, whose message is not shown because it may repeat credentials`;
  }
  return redactText(message).replace(/\S+/g, withoutUserinfo).slice(0, LONGEST);
}

/** The scheme goes, too, because drivers take passwords that no URL could have. */
function withoutUserinfo(word: string): string {
  const at = word.lastIndexOf('@');
  return at < 0 ? word : `REDACTED${word.slice(at)}`;
}
