/** Names of headers and query parameters that look like those of credentials. No list of them is complete. */

/**
 * Tried on the words of a name: in lower case, with a hyphen between them, without digits. Names may also be written as one word (`apikey`).
 *
 * @see OpenTelemetry semantic conventions, url.query; AWS SigV4, Azure SAS and Google Cloud signed URLs; OAuth 2, SAML; `?key=` of Google's
 * APIs, `?code=` of Azure Functions and OAuth.
 */
const SECRET =
  /secret|pass(?:w|phrase|code)|pwd|credential|bearer|auth(?:ori[sz]|enti|\b)|signature|assertion|cookie|sess(?:ion|id)|jwt|hmac|saml|dpop|[cx]srf|verifier|macaroon|token|api-?key|key(?:s|id)?\b|(?:access|device|invite|user|verification)-code|oidc|\b(?:pw|sign?|sas|sid|pat|t?otp|pin|pass|creds?|tok|ticket)\b|^(?:x-)?code-?$/;
/** Names where a list goes on, of how much a model may write, and of keys that say which thing is meant. */
const HARMLESS =
  /(?:continuation|cursor|delta|next|page|prev|resume|skip|start|sync)-?tokens?\b|(?:input|limit|max|output|remaining|reset|total)-?tokens\b|(?:cache|foreign|group|hot|idempotency|object|order|partition|primary|public|routing|row|shard|sort|surrogate)-?keys?\b/g;

export function looksSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4')
    .replaceAll(/[^a-z]+/gi, '-')
    .toLowerCase()
    .replaceAll(HARMLESS, '');
  return SECRET.test(words) || SECRET.test(words.replaceAll('-', ''));
}
