import {expect} from 'chai';
import {grpcAnswers} from '../../src/decide/answers-grpc.ts';
import {type Classification, SUCCESS} from '../../src/decide/classification.ts';
import {classifyGrpc} from '../../src/decide/classify-grpc.ts';
import {type CodeName, codeName} from '../../src/decide/grpc-codes.ts';
import {type GrpcAnswer, grpcHint} from '../../src/decide/grpc-hint.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {retryInfoDetails} from '../grpc/details.ts';

type Trailers = Readonly<Record<string, string | Uint8Array>>;

const answer = (
  code: number,
  trailers: Trailers = {},
  committed = false,
  sent: GrpcAnswer['sent'] = 'maybe-processed',
): GrpcAnswer => ({
  status: code,
  committed,
  sent,
  trailer: name => trailers[name],
});
const context = (retryOn: readonly RetryTrigger[] = defaultPolicy.retryOn, refreshes = false) => ({
  transients: new Transients(retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes,
});
const CODES = Array.from({length: 17}, (_, code) => code);
const code = (name: CodeName): number => CODES.find(number => codeName(number) === name)!;
const pushback = (ms: string): Trailers => ({'grpc-retry-pushback-ms': ms});
const retryInfo = (seconds: number, nanos = 0): Trailers => ({
  'grpc-status-details-bin': retryInfoDetails(seconds, nanos),
});

describe('classifyGrpc', () => {
  it('by default UNAVAILABLE alone is transient, and may have been acted on', () => {
    const transient = CODES.filter(number => classifyGrpc(answer(number), context()).transient);
    expect(transient.map(codeName)).to.deep.equal(['UNAVAILABLE']);
    expect(classifyGrpc(answer(14), context())).to.include({sent: 'maybe-processed', throttled: false, once: false});
  });

  it('UNAVAILABLE was not acted on where the client itself knows', () => {
    for (const sent of ['not-sent', 'not-processed'] as const) {
      expect(classifyGrpc(answer(14, {}, false, sent), context())).to.include({transient: true, sent});
      expect(classifyGrpc(answer(14, {}, false, sent), context([503]))).to.include({transient: false, sent});
      expect(classifyGrpc(answer(13, {}, false, sent), context(['INTERNAL']))).to.include({sent: 'maybe-processed'});
    }
  });

  it('a negative pushback does not say what the server did', () => {
    const stopped = classifyGrpc(answer(14, pushback('-1')), context());
    expect(stopped).to.include({transient: false, sent: 'maybe-processed', final: true});
  });

  it('OK is a success', () => expect(classifyGrpc(answer(0), context())).to.equal(SUCCESS));

  it('RESOURCE_EXHAUSTED asks for less; with a hint it was not acted on', () => {
    const exhausted = {reason: 'RESOURCE_EXHAUSTED', throttled: true};
    expect(classifyGrpc(answer(8), context())).to.include({...exhausted, transient: false, sent: 'maybe-processed'});
    for (const hint of [pushback('5'), retryInfo(1)])
      expect(classifyGrpc(answer(8, hint), context())).to.include({
        ...exhausted,
        transient: true,
        sent: 'not-processed',
      });
  });

  it('UNAUTHENTICATED allows one retry if a new token can be made', () => {
    const found = classifyGrpc(answer(16), context(undefined, true));
    expect(found).to.include({transient: true, sent: 'not-processed', once: true, reason: 'UNAUTHENTICATED'});
  });

  it('a pushback of bytes cannot be read, and means never', () => {
    const found = classifyGrpc(answer(14, {'grpc-retry-pushback-ms': Uint8Array.of(5)}), context());
    expect(found).to.include({transient: false, final: true});
  });

  it('after the response has begun, it may have been acted on', () => {
    expect(classifyGrpc(answer(14, {}, true), context()).sent).to.equal('maybe-processed');
  });

  for (const number of CODES.slice(1)) {
    const name = codeName(number) as Exclude<CodeName, 'OK'>;
    it(`${name} is transient where retryOn names it, and not where it does not`, () => {
      const listed = classifyGrpc(answer(number), context([name]));
      expect(listed).to.include({transient: true, reason: name});
      expect(listed.sent).to.equal('maybe-processed');
      expect(classifyGrpc(answer(number), context(['network', 503]))).to.include({transient: false, reason: name});
    });

    it(`${name} is final once a response has begun`, () => {
      const found = classifyGrpc(answer(number, pushback('5'), true), context([name]));
      expect(found).to.include({transient: false, final: true, reason: `${name} after the response had begun`});
    });

    for (const value of ['-1', 'abc', '', '1.5', '1e3', '2147483648', ' 5']) {
      it(`${name} with a pushback of ${JSON.stringify(value)} is final @T55`, () => {
        const found = classifyGrpc(answer(number, pushback(value)), context([name]));
        expect(found).to.include({transient: false, final: true, reason: 'the server said not to retry'});
      });
    }
  }

  for (const [said, trailers] of [
    ['pushback', pushback('20')],
    ['RetryInfo', retryInfo(0, 20_000_000)],
  ] as const) {
    it(`RESOURCE_EXHAUSTED with ${said} is retried for every method, and counts as throttled`, () => {
      expect(classifyGrpc(answer(8, trailers), context())).to.include({
        transient: true,
        sent: 'not-processed',
        throttled: true,
      });
    });

    it(`${said} makes nothing else transient`, () => {
      const others = CODES.filter(
        number => number !== 8 && classifyGrpc(answer(number, trailers), context()).transient,
      );
      expect(others.map(codeName)).to.deep.equal(['UNAVAILABLE']);
    });
  }

  it('UNAUTHENTICATED allows one more attempt if a new token can be made', () => {
    const found = classifyGrpc(answer(16), context(defaultPolicy.retryOn, true));
    expect(found).to.include({transient: true, sent: 'not-processed', once: true});
  });

  it('a number that is no code is UNKNOWN', () => {
    for (const number of [17, 99, -1, Number.NaN]) expect(codeName(number)).to.equal('UNKNOWN');
  });
});

describe('grpcHint', () => {
  for (const [trailers, expected] of [
    [{}, null],
    [pushback('0'), {ms: 0, source: 'pushback'}],
    [pushback('2147483647'), {ms: 2147483647, source: 'pushback'}],
    [pushback('-1'), null],
    [retryInfo(2, 500_000_000), {ms: 2500, source: 'retry-info'}],
    [retryInfo(0), {ms: 0, source: 'retry-info'}],
    [
      {...retryInfo(9), ...pushback('7')},
      {ms: 7, source: 'pushback'},
    ],
    [{'grpc-status-details-bin': 'text'}, null],
  ] as [Trailers, object | null][]) {
    it(`${Object.keys(trailers).join(' and ') || 'nothing'}: ${JSON.stringify(expected)}`, () => {
      expect(grpcHint(answer(14, trailers))).to.deep.equal(expected);
    });
  }
});

describe('the health of the server by a gRPC code', () => {
  const health = (name: CodeName, trailers: Trailers = {}): string => {
    const found: Classification = classifyGrpc(answer(code(name), trailers), context());
    return grpcAnswers.health(code(name), found);
  };
  const table: Record<'failure' | 'nothing' | 'success', readonly CodeName[]> = {
    failure: ['UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
    nothing: ['CANCELLED', 'RESOURCE_EXHAUSTED'],
    success: [
      'OK',
      'INVALID_ARGUMENT',
      'NOT_FOUND',
      'ALREADY_EXISTS',
      'PERMISSION_DENIED',
      'FAILED_PRECONDITION',
      'ABORTED',
      'OUT_OF_RANGE',
      'UNIMPLEMENTED',
      'UNAUTHENTICATED',
    ],
  };
  for (const [expected, names] of Object.entries(table))
    it(`${names.join(', ')}: ${expected}`, () => {
      expect(names.map(name => health(name))).to.deep.equal(names.map(() => expected));
    });

  it('a throttled code says nothing about health', () =>
    expect(health('RESOURCE_EXHAUSTED', pushback('5'))).to.equal('nothing'));

  it('an OK that the user’s classify calls transient is a failure', () => {
    expect(grpcAnswers.health(0, {...SUCCESS, transient: true})).to.equal('failure');
  });
});
