/** Unary calls of grpc-js to a server on the loopback interface. */
import {Client, credentials, InterceptingCall, type Interceptor} from '@grpc/grpc-js';
import type {Costs} from '../costs.ts';
import {METHOD} from '../grpc-method.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Place, type SubjectDefinition} from '../subject.ts';

const PLAIN = 'grpc-js';
const IDLE = 'grpc-js, an interceptor that does nothing';
const RETRY = "grpc-js, grpc-js's own retries";
const OURS = 'grpc-js, steadfetch/grpc';

const REQUEST = Buffer.from('{"id":1}');
const RETRY_CONFIG = {
  loadBalancingConfig: [],
  methodConfig: [
    {
      name: [{service: 'bench.Service'}],
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: '0.1s',
        maxBackoff: '1s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};

function unary(
  name: string,
  interceptors: (place: Place) => Interceptor[] | Promise<Interceptor[]>,
  options: Readonly<Record<string, string | number>> = {'grpc.enable_retries': 0},
): SubjectDefinition {
  return {
    name,
    start: async place => {
      const {host} = new URL(place.url);
      const client = new Client(host, credentials.createInsecure(), {
        ...options,
        interceptors: await interceptors(place),
      });
      return {call: () => callOf(client)};
    },
  };
}

/** Every subject sets a deadline, as a client in production does. */
function callOf(client: Client): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      METHOD.path,
      METHOD.requestSerialize,
      METHOD.responseDeserialize,
      REQUEST,
      {deadline: Date.now() + 10_000},
      (error, value) => (error === null ? resolve(value) : reject(error)),
    );
  });
}

const idle: Interceptor = (options, nextCall) => new InterceptingCall(nextCall(options));

const subjects: SubjectDefinition[] = [
  unary(PLAIN, () => []),
  unary(`${PLAIN} again (noise)`, () => []),
  unary(IDLE, () => [idle]),
  unary(RETRY, () => [], {
    'grpc.service_config': JSON.stringify(RETRY_CONFIG),
    'grpc.service_config_disable_resolution': 1,
  }),
  {...unary(OURS, async place => [(await entry(place, 'grpc')).grpcInterceptor()]), ours: true},
];

function section(costs: Costs): Section {
  const times = (name: string): string => digits(costs.ratio(name, PLAIN));
  return {
    title: 'gRPC over the loopback',
    intro: 'Unary calls with a deadline, 32 in flight; grpc-js without its retries, unless the row says so.',
    columns: ['', 'CPU µs', '× grpc-js'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name), 1), times(name)]),
    goals: [],
    headlines: [
      {
        what: 'a gRPC call, × grpc-js without retries',
        ours: times(OURS),
        beside: `an interceptor that does nothing ${times(IDLE)} · grpc-js's own retries ${times(RETRY)}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'grpc',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: PLAIN,
  server: 'grpc-server',
  section,
};
