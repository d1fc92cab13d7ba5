/** The engine's own log is enough: what triage says of a line is what the engine found when it wrote the line. */
import {expect} from 'chai';
import {pino} from 'pino';
import type {PolicyInput, SteadfetchEvent} from '../../src/core.ts';
import {lightOf} from '../../src/decide/classification.ts';
import {logToPino} from '../../src/log.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {answer, connectionError, World} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';
import {triaged} from './triaged.ts';

const POLICY: PolicyInput = {backoff: AT_ONCE, budget: null, breaker: null, maxAttempts: 2};

const scripts: Readonly<Record<string, ScriptedAnswer[]>> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 408, 409, 421, 422, 425, 429, 500, 501, 502, 503, 504, 524, 529].map(status => [
      status,
      [status],
    ]),
  ),
  '403 of a limiter': [answer(403, {'retry-after': '0'})],
  '503 with a hint': [answer(503, {'retry-after': '0'})],
  'a server that says no': [answer(503, {'x-should-retry': 'false'})],
  'a limit of Envoy': [answer(429, {'x-envoy-ratelimited': 'true'})],
  'a replayed answer': [answer(500, {'idempotent-replayed': 'true'})],
  '409 behind a 503': [503, 409],
  'a refused connection': [connectionError('ECONNREFUSED', {syscall: 'connect'})],
  'a timeout of a connection': [connectionError('ETIMEDOUT', {syscall: 'connect'})],
  'a timeout of an answer': [connectionError('ETIMEDOUT', {syscall: 'read'})],
  'a reset before TLS': [
    connectionError('ECONNRESET', {
      message: 'Client network socket disconnected before secure TLS connection was established',
    }),
  ],
  'a reset': [connectionError('ECONNRESET', {syscall: 'read'})],
  'a refused stream': [
    connectionError('ERR_HTTP2_STREAM_ERROR', {message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM'}),
  ],
  'a certificate': [connectionError('CERT_HAS_EXPIRED')],
  'an attempt timeout': ['hang'],
};

describe('triage: the round trip of a call', () => {
  for (const method of ['GET', 'POST'])
    for (const keyed of [false, true])
      for (const [title, script] of Object.entries(scripts))
        it(`${method}${keyed ? ' with a key' : ''}, ${title}`, async () => {
          const {lines, events} = await logged(script, method, keyed);
          const ended = events.filter(event => event.type === 'attempt.end' && event.reason !== 'success');
          const found = triaged(lines).failures;
          expect(found.map(({light, sent, failure}) => [failure.attempt, light, sent])).to.deep.equal(
            ended.map(event => event.type === 'attempt.end' && [event.attempt, lightOf(event), event.sent]),
          );
          // What the call did after its first failure is what triage says it should.
          const retried = events.filter(({type}) => type === 'retry.scheduled').length;
          const first = found.filter(({failure}) => failure.attempt === 1);
          expect(first.map(({refusal}) => refusal === null)).to.deep.equal([retried > 0]);
        });

  it('asks another policy what is transient, and keeps what the client knew', async () => {
    const {lines} = await logged([connectionError('ETIMEDOUT', {syscall: 'connect'})], 'POST', false);
    const asked = triaged(lines, {...POLICY, retryOn: [503]}).failures[0]!;
    expect(asked).to.include({light: 'red', sent: 'not-sent'});
  });

  it('reads the events as JSON too', async () => {
    const {lines, events} = await logged([connectionError('ETIMEDOUT', {syscall: 'connect'}), 503], 'POST', false);
    const fromEvents = triaged(events.map(event => JSON.stringify(event)).join('\n')).failures;
    const fromLines = triaged(lines).failures;
    const facts = (all: typeof fromEvents): unknown =>
      all.map(({signal, light, sent, decision, target}) => [signal, light, sent, decision, target]);
    expect(facts(fromEvents)).to.deep.equal(facts(fromLines));
    expect(fromEvents).to.have.length(2);
  });
});

async function logged(
  script: ScriptedAnswer[],
  method: string,
  keyed: boolean,
): Promise<{lines: string; events: SteadfetchEvent[]}> {
  const lines: string[] = [];
  const events: SteadfetchEvent[] = [];
  const toPino = logToPino(pino({base: null}, {write: (text: string) => void lines.push(text)}));
  const world = new World(POLICY, {
    on: event => {
      // As a listener would write it: a call is live, and shows what it is at that moment.
      events.push('call' in event ? {...event, call: JSON.parse(JSON.stringify(event.call))} : event);
      toPino(event);
    },
  });
  world.serve(...script);
  await world.run(undefined, {method, ...(keyed && {headers: {'Idempotency-Key': 'k'}})});
  return {lines: lines.join(''), events};
}
