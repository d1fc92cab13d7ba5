/** What `steadfetch measure` sends, and whether that may be sent so often. */
import {redactUrl} from '../decide/redact.ts';
import type {MeasuredRequest} from '../measure/sides.ts';
import {inputOf} from './files.ts';
import type {MeasureArguments} from './measure-arguments.ts';
import {checkRequests, requestsOf} from './requests-file.ts';
import {openRewindable} from './rewindable-file.ts';
import {requestInit} from './send-line.ts';
import {UsageError} from './usage-error.ts';
import {wrap} from './wrap.ts';

/** Methods that only read. @see RFC 9110 §9.2.1; RFC 10008 (QUERY). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY']);
/** More needs --yes. */
const MAX_CALLS = 500;
const MAX_RATE = 20;

export interface Target {
  /** Its name for people, without secrets. */
  readonly name: string;
  readonly host: string;
  readonly requests: readonly MeasuredRequest[];
}

/** @throws UsageError for requests that cannot be read, that act without --allow-unsafe, or that are too many without --yes. */
export async function readTarget(options: MeasureArguments): Promise<Target> {
  const target = await targetOf(options);
  checkMethods(target, options);
  checkLoad(target, options);
  return target;
}

async function targetOf({target, headers, count}: MeasureArguments): Promise<Target> {
  if ('url' in target) {
    const {href, host} = target.url;
    const request = {method: 'GET', url: href, init: requestInit({method: 'GET', body: undefined}, headers)};
    return {name: `GET ${redactUrl(href)}`, host, requests: [request]};
  }
  const file = await openRewindable(inputOf(target.requests));
  try {
    const {count: lines} = await checkRequests(file, target.base, () => false);
    if (lines === 0) throw new UsageError(`${file.name} holds no request.`);
    const requests: MeasuredRequest[] = [];
    for await (const line of requestsOf(file, target.base)) {
      requests.push({method: line.method, url: line.url, init: requestInit(line, headers)});
      if (requests.length === count) break;
    }
    const some = requests.length < lines ? `the first ${number(requests.length)} of ${number(lines)}` : number(lines);
    return {
      name: `${some} ${lines === 1 ? 'request' : 'requests'} of ${file.name} to ${target.base.origin}`,
      host: target.base.host,
      requests,
    };
  } finally {
    await file.close();
  }
}

/** Each call sends its request, and the server acts each time. */
function checkMethods({requests}: Target, {allowsUnsafe, count}: MeasureArguments): void {
  const acting = [...new Set(requests.map(({method}) => method))].filter(method => !SAFE.has(method));
  if (allowsUnsafe || acting.length === 0) return;
  refuse(
    `${acting.join(' and ')} may change something on the server, and a measurement sends requests many times: ${number(calls(count))} calls and their retries, and what costs money is paid for each time. If that does no harm on this server, add --allow-unsafe.`,
  );
}

function checkLoad({host}: Target, {isConfirmed, count, ratePerSecond}: MeasureArguments): void {
  if (isConfirmed || (2 * count <= MAX_CALLS && ratePerSecond <= MAX_RATE)) return;
  refuse(
    `This would make ${number(calls(count))} calls to ${host} at ${ratePerSecond} a second, and their retries. More than ${MAX_CALLS} calls, or more than ${MAX_RATE} a second, need --yes: add it if that server may get this load.`,
  );
}

function refuse(reason: string): never {
  throw new UsageError([...wrap(reason), 'Nothing was sent.'].join('\n'));
}

/** The calls of both sides, with the first one of each, which is not counted. */
const calls = (count: number): number => 2 * (count + 1);

const number = (value: number): string => value.toLocaleString('en');
