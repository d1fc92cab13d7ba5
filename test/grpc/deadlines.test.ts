/** Deadlines that programs pass by mistake, beside what plain grpc-js makes of them. */
import {type Interceptor, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {grpcInterceptor} from '../../src/grpc.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {GrpcServer, get, ok, watch} from './grpc-server.ts';

describe('the deadline of a gRPC call', () => {
  let server: GrpcServer;
  before(async () => {
    server = await GrpcServer.start();
  });
  after(() => server.close());

  const OURS: Interceptor[] = [grpcInterceptor({backoff: AT_ONCE})];
  const withDeadline = (deadline: unknown) => ({deadline: deadline as number});
  const end = async (deadline: unknown, interceptors: Interceptor[]): Promise<status> => {
    server.serve(ok);
    return (await get(server.client(interceptors), withDeadline(deadline))).status.code;
  };

  for (const [what, deadline] of [
    ['undefined', undefined],
    ['null', null],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Date to come', new Date(Date.now() + 60_000)],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['0', 0],
    ['a Date in the past', new Date(0)],
  ] as const)
    it(`that is ${what} ends the call as with plain grpc-js`, async () => {
      expect(await end(deadline, OURS)).to.equal(await end(deadline, []));
    });

  it('in the past is no negative time in the message, and nothing is sent', async () => {
    server.serve(ok);
    const {status: ended} = await get(server.client(OURS), withDeadline(new Date(0)));
    expect(ended).to.deep.include({
      code: status.DEADLINE_EXCEEDED,
      details: 'The call was not answered within its 0 ms.',
    });
    expect(server.attempts).to.deep.equal([]);
  });

  for (const [what, deadline] of [
    ['NaN', Number.NaN],
    ['an invalid Date', new Date(Number.NaN)],
    ['a text', 'tomorrow'],
  ] as const)
    it(`that is ${what} is refused where the call is made: plain grpc-js ends the process, or hangs`, async () => {
      server.serve(ok);
      const client = server.client(OURS);
      const refusal = /^The deadline of a call is a number or a Date/;
      expect(() => watch(client, withDeadline(deadline))).to.throw(TypeError, refusal);
      expect((await errorOf(() => get(client, withDeadline(deadline)))).message).to.match(refusal);
      expect(server.attempts).to.deep.equal([]);
    });
});
