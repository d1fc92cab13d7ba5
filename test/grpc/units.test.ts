import {Metadata, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {TimeoutError} from '../../src/core/errors.ts';
import {timeoutValue} from '../../src/grpc/deadlines.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {cancelStatus} from '../../src/grpc/local-status.ts';
import {MetadataBag} from '../../src/grpc/metadata-bag.ts';
import {originOfTarget} from '../../src/grpc/target.ts';

describe('originOfTarget', () => {
  for (const [target, origin] of [
    ['dns:localhost:50051', 'http://localhost:50051'],
    ['dns:127.0.0.1:50051', 'http://127.0.0.1:50051'],
    ['dns:///Shop.Example:8080', 'http://shop.example:8080'],
    ['dns://8.8.8.8/shop.example', 'https://shop.example'],
    ['dns:shop.example', 'https://shop.example'],
    ['dns:shop.example:443', 'https://shop.example'],
    ['dns:shop.example:80', 'http://shop.example'],
    ['ipv4:10.0.0.1:50051', 'http://10.0.0.1:50051'],
    ['ipv6:[::1]:50051', 'http://[::1]:50051'],
    ['ipv4:10.0.0.1:1,10.0.0.2:1', 'ipv4:10.0.0.1:1,10.0.0.2:1'],
    ['unix:/run/shop.sock', 'unix:/run/shop.sock'],
    ['xds:///shop', 'xds:///shop'],
    ['unknown', 'unknown'],
    ['', ''],
  ] as const) {
    it(`${target || 'nothing'}: ${origin}`, () => expect(originOfTarget(target)).to.equal(origin));
  }
});

describe('timeoutValue', () => {
  for (const [ms, value] of [
    [0, '1m'],
    [-5, '1m'],
    [0.4, '1m'],
    [1500.2, '1501m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [99_999_999_000, '99999999S'],
    [1e14, '27777778H'],
    [2 ** 60, '99999999H'],
  ] as const) {
    it(`${ms} ms: ${value}`, () => expect(timeoutValue(ms)).to.equal(value));
  }
});

describe('MetadataBag', () => {
  it('reads text without regard to case, joins values, and does not read bytes', () => {
    const metadata = new Metadata();
    metadata.add('x-a', '1');
    metadata.add('x-a', '2');
    metadata.set('x-b-bin', Buffer.from([1]));
    const bag = new MetadataBag(metadata);
    expect([bag.get('X-A'), bag.has('X-A'), bag.get('x-none'), bag.has('x-none')]).to.deep.equal([
      '1, 2',
      true,
      null,
      false,
    ]);
    expect([bag.get('x-b-bin'), bag.has('x-b-bin')]).to.deep.equal([null, true]);
    bag.set('X-A', '3');
    bag.delete('X-B-Bin');
    expect(metadata.getMap()).to.deep.equal({'x-a': '3'});
  });
});

describe('grpcInterceptor', () => {
  const endpoints = [
    {name: 'eu', origin: 'https://eu.test'},
    {name: 'us', origin: 'https://us.test'},
  ];
  for (const [title, policy] of [
    ['a policy', {endpoints}],
    ['a route', {routes: [{match: {path: '/shop.Orders/*'}, endpoints}]}],
  ] as const)
    it(`refuses ${title} with endpoints, and says what to do`, () => {
      expect(() => grpcInterceptor(policy))
        .to.throw('The policy: endpoints must be null here, because a gRPC channel sends to its own target')
        .with.property('code', 'INVALID_POLICY');
    });

  it('takes a single endpoint, which moves nothing', () => {
    expect(grpcInterceptor({endpoints: endpoints.slice(0, 1)})).to.be.a('function');
  });
});

describe('cancelStatus', () => {
  const late = new TimeoutError('ATTEMPT_TIMEOUT', 50);
  const idle = new TimeoutError('IDLE_TIMEOUT', 50);
  const own = {code: status.ABORTED, details: 'No longer needed.'};
  for (const [what, reason, expected] of [
    ['the status that the caller gave', own, own],
    ['a timeout', late, {code: status.DEADLINE_EXCEEDED, details: late.message, cause: late}],
    [
      'a stream that is silent',
      idle,
      {code: status.DEADLINE_EXCEEDED, details: 'No message of the stream arrived for 50 ms.', cause: idle},
    ],
    ['an error', new Error('Enough.'), {code: status.CANCELLED, details: 'Enough.'}],
    ['an error with a number', new DOMException('Enough.', 'AbortError'), {code: status.CANCELLED, details: 'Enough.'}],
    ['anything else', 7, {code: status.CANCELLED, details: '7'}],
  ] as const)
    it(`is made of ${what}`, () => expect(cancelStatus(reason)).to.deep.equal(expected));
});
