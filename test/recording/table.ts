/** A table of what servers, networks and callers can say: one call a row, one line of the recording. */
import {createFetch, type PolicyInput, type Ports, reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {type Answer, type Script, Server} from './answers.ts';
import {nameOf} from './recorder.ts';
import {type Call, HOME} from './scene.ts';
import {Stage} from './stage.ts';

export interface Row extends Call {
  readonly answer?: Answer;
  /** To the second attempt. Default: success. */
  readonly next?: Answer;
}

export type Rows = Readonly<Record<string, Row>>;

export interface Table {
  readonly rows: Rows;
  readonly policy?: PolicyInput;
  readonly ports?: Ports;
}

export const QUIET: PolicyInput = {
  maxAttempts: 2,
  backoff: AT_ONCE,
  retryAfter: {maxMs: 100_000},
  deadlineMs: 200_000,
  attemptTimeoutMs: 1000,
  budget: null,
  breaker: null,
};

/** How each attempt of a call ended, and then the call. */
export async function playTable({rows, policy, ports}: Table, seed: number): Promise<string[]> {
  const stage = new Stage({policy: {...QUIET, ...policy}, seed, detail: 'events'});
  let answers: Answer[] = [];
  const sent: unknown[] = [];
  const script: Script = ({method, host, path, headers: {'x-correlation-id': _, ...headers}}) => {
    sent.push(`${method} ${host}${path}`, ...(Object.keys(headers).length > 0 ? [headers] : []));
    return answers.shift() ?? {};
  };
  const server = new Server(stage, script, false);
  const ends: string[] = [];
  let shown: string | undefined;
  let isWritten = false;
  const fetch = createFetch(stage.handle, {
    ...stage.ports,
    fetch: server.fetch,
    ...ports,
    on: event => {
      if ('call' in event) shown = event.call.url;
      if (event.type === 'call.end' && !isWritten)
        stage.recorder.note('a call as JSON', JSON.parse(JSON.stringify(event.call)));
      isWritten ||= event.type === 'call.end';
      if (event.type === 'attempt.end')
        ends.push(`${event.reason}, ${event.sent}${event.transient ? ', transient' : ''}`);
    },
  });
  const entries = Object.entries(rows);
  return stage.playInTurn(entries.length, async index => {
    const [name, {answer = {}, next = {}, url = HOME, read = textOf, ...init}] = entries[index]!;
    answers = [answer, next];
    let what: string;
    let answered: unknown;
    try {
      const response = await fetch(url, init);
      answered = response;
      what = `${response.status} ${await read(response).catch(nameOf)}`;
    } catch (error) {
      answered = error;
      what = nameOf(error);
    }
    const {reason, waitedMs, retryAfterMs, refusal} = reportOf(answered) ?? {};
    stage.recorder.note(name, {
      url: shown === undefined || url.startsWith(shown) ? undefined : shown,
      ends,
      what,
      reason,
      refusal,
      waitedMs,
      retryAfterMs,
      sent: sent.every(isUsual) ? sent.length : sent,
    });
    shown = undefined;
    ends.length = 0;
    sent.length = 0;
  });
}

const isUsual = (sent: unknown): boolean => /^\w+ api\.test\/items$/.test(String(sent));
const textOf = async (response: Response): Promise<string> => `${(await response.text()).length} bytes`;

export const rowsOf = <T>(cases: readonly T[], row: (each: T) => Row): Rows =>
  Object.fromEntries(cases.map(each => [JSON.stringify(each), row(each)]));
