/** The state as a fragment of a URL, which browsers do not send to a server. */
import {isFormat, maxPolicies, NO_POLICY, type Policy, type State} from './state.ts';

const PREFIX = '#p=';
/** Of a fragment, in characters. Programs that pass links on cut longer ones. */
const maxFragment = 16_000;
/** Of the state as JSON, in bytes. A short fragment may claim to be a large state. */
const maxState = 400_000;

/** A sentence that says why a link cannot be made. */
export class TooLarge extends Error {}

/** @throws TooLarge */
export async function toFragment(state: State): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify({version: 1, ...state}));
  const packed = await bytesOf(new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw')), maxState);
  const fragment = packed === undefined ? undefined : PREFIX + base64Of(packed);
  if (json.length > maxState || fragment === undefined || fragment.length > maxFragment)
    throw new TooLarge('These policies are too large for a link: remove one.');
  return fragment;
}

/** @returns undefined for a fragment that holds no state, or a damaged one. */
export async function fromFragment(fragment: string): Promise<State | undefined> {
  if (!fragment.startsWith(PREFIX) || fragment.length > maxFragment) return undefined;
  try {
    const packed = bytesOfBase64(fragment.slice(PREFIX.length));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const json = await bytesOf(stream, maxState);
    return json === undefined ? undefined : stateOf(JSON.parse(new TextDecoder().decode(json)));
  } catch {
    return undefined;
  }
}

/** The bytes of a stream, or undefined if there are more than `most`. */
async function bytesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const reader = stream.getReader(); ; ) {
    const {done, value} = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.length;
    if (size > most) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}

const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const bytesOfBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0));

/** Checks what a link holds: anyone can write one. */
function stateOf(value: unknown): State | undefined {
  if (!isObject(value) || value.version !== 1) return undefined;
  const {policies, active, scenario, compared} = value;
  if (!Array.isArray(policies) || policies.length < 1 || policies.length > maxPolicies) return undefined;
  if (!policies.every(isPolicy) || new Set(policies.map(({name}) => name)).size < policies.length) return undefined;
  if (typeof active !== 'number' || policies[active] === undefined) return undefined;
  const {ownScenario = ''} = value;
  if (!isText(ownScenario) || typeof scenario !== 'string' || !Array.isArray(compared) || !compared.every(isText))
    return undefined;
  return {
    policies: policies.map(policy => ({...policy, text: withPlainLines(policy.text)})),
    active,
    scenario,
    ownScenario: withPlainLines(ownScenario),
    compared: compared.slice(0, 20),
  };
}

/** The editor knows one end of a line, and compares its text with this one. */
const withPlainLines = (text: string): string => text.replace(/\r\n?/g, '\n');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isText = (value: unknown): value is string => typeof value === 'string';

const isPolicy = (value: unknown): value is Policy =>
  isObject(value) &&
  isText(value.name) &&
  value.name.length > 0 &&
  value.name.length <= 60 &&
  value.name !== NO_POLICY &&
  isFormat(value.format) &&
  isText(value.text);
