/** Recognizes credentials by their format, or by the name of their key. */

interface Format {
  /** Name in messages, with its article. */
  readonly what: string;
  readonly pattern: RegExp;
}

/** Formats that issuers document for secret scanners. */
const FORMATS: readonly Format[] = [
  {what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/},
  {what: 'a Stripe key', pattern: /\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}/},
  {what: 'an API key', pattern: /\bsk-[A-Za-z0-9][A-Za-z0-9_-]{19,}/},
  {what: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/},
  {what: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/},
  {what: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/},
  {what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/},
  {what: 'a Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,}/},
  {what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/},
  {what: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}/},
  {what: 'a JSON Web Token', pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/},
  {what: 'credentials of an Authorization header', pattern: /\b(?:bearer|basic)\s+[A-Za-z0-9+/._~=-]{16,}/i},
  {what: 'the password of a URL', pattern: /:\/\/[^/\s:@]+:[^/\s@]+@/},
];

/** The end of a key's name, without case and separators. */
const SECRET_NAME =
  /(?:apikey|accesskey|secretkey|privatekey|signingkey|token|secret|password|passwd|pwd|credentials?|authorization)$/;

/** References to a value that is stored elsewhere. */
const REFERENCE =
  /\$\{|\$\(|\{\{|^\$[A-Z_]|^<.*>$|^(?:env|vault|file|op|ref|secret|arn|projects)[:/]|redacted|change.?me|\*{3}|x{6}/i;

export interface Secret {
  readonly what: string;
  /** True if the format is known, false if only the name of the key is. */
  readonly isCertain: boolean;
}

/** @param key The name of the key that holds the text. @returns undefined where it does not look like a credential. */
export function secretIn(key: string, text: string): Secret | undefined {
  if (REFERENCE.test(text)) return undefined;
  const format = FORMATS.find(({pattern}) => pattern.test(text));
  if (format !== undefined) return {what: format.what, isCertain: true};
  return SECRET_NAME.test(key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) && isRandom(text)
    ? {what: 'a secret', isCertain: false}
    : undefined;
}

/** Whether a text looks generated: long, without blanks, letters and digits. A slash is allowed only in long base64. */
const isRandom = (text: string): boolean =>
  /^(?:[^\s/]{16,}|[A-Za-z0-9+/]{32,}=*)$/.test(text) && /[A-Za-z]/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 3;

const EVERYWHERE: readonly RegExp[] = FORMATS.map(({pattern}) => new RegExp(pattern, `${pattern.flags}g`));

/** Replaces each credential of a known format by asterisks of the same length. */
export const withoutSecrets = (text: string): string =>
  EVERYWHERE.reduce(
    (shown, pattern) => shown.replace(pattern, found => `${found.slice(0, 4)}${'*'.repeat(found.length - 4)}`),
    text,
  );
