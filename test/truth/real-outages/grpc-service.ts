/** A process with a gRPC server for each outage. The service is the model that `steadfetch chaos` serves by HTTP. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {status} from '@grpc/grpc-js';
import {systemClock} from '../../../src/core/system-clock.ts';
import {CallbackTimer} from '../../../src/core/timer.ts';
import {randomStreams, serviceRandom} from '../../../src/simulate/random-streams.ts';
import {readScenario} from '../../../src/simulate/scenario/read.ts';
import {ServiceModel} from '../../../src/simulate/service/model.ts';
import type {Service, ServiceRequest} from '../../../src/simulate/service/service.ts';
import {type Attempted, GrpcServer, type Message} from '../../grpc/grpc-server.ts';
import {ALL_FAULTS, FROM_MS, scenarioOf, serviceOf} from './cells.ts';
import {
  type Addresses,
  endWithParent,
  received,
  type ServiceAddresses,
  type Start,
  sharedNow,
  watchLateness,
} from './processes.ts';

const REQUEST: ServiceRequest = {
  method: 'POST',
  url: 'http://127.0.0.1/',
  inputTokens: 0,
  outputTokens: 0,
  key: false,
  bodyText: undefined,
};
const byCell: Record<string, number[]> = {};

function serve(service: Service, attempt: Attempted): void {
  const {text} = attempt.call.request as Message;
  byCell[text] ??= [];
  byCell[text].push(sharedNow());
  const exchange = service.arrive(REQUEST, 0, {
    answer: answer => attempt.end(answer.status === 200 ? status.OK : status.UNAVAILABLE),
    event() {},
    broke: () => attempt.end(status.UNAVAILABLE), // A request that was read cannot be refused any more.
  });
  attempt.call.once('cancelled', () => exchange.leave());
}

/** Listens as long as the service does not refuse connections. */
class Listener {
  readonly #server: GrpcServer;
  readonly #model: ServiceModel;
  readonly #timer = new CallbackTimer(() => void this.follow());
  #refuses = false;

  constructor(server: GrpcServer, model: ServiceModel) {
    this.#server = server;
    this.#model = model;
  }

  async follow(): Promise<void> {
    const {areRefused, forMs} = this.#model.connections();
    systemClock.arm(this.#timer, Math.ceil(forMs));
    if (areRefused === this.#refuses) return;
    this.#refuses = areRefused;
    if (areRefused) this.#server.stopListening();
    else await this.#server.listenAgain();
  }
}

endWithParent();
const servers = await Promise.all(ALL_FAULTS.map(async fault => ({fault, server: await GrpcServer.start()})));
const well = {
  grpc: await GrpcServer.start(),
  http: createServer((_request, response) => response.end('{"ok":true}')).listen(0, '127.0.0.1'),
};
await once(well.http, 'listening');
const started = received<Start>();
process.send!({
  grpc: Object.fromEntries(servers.map(({fault, server}) => [fault, server.address])) as Addresses,
  warmUp: {http: `http://127.0.0.1:${(well.http.address() as AddressInfo).port}/warm-up`, grpc: well.grpc.address},
} satisfies ServiceAddresses);
const {at} = await started;
const lateness = watchLateness();
for (const {fault, server} of servers) {
  const random = serviceRandom(randomStreams(1));
  const service = serviceOf(fault, Math.round(at + FROM_MS - sharedNow())); // The model counts from its construction.
  const model = new ServiceModel(readScenario({...scenarioOf(fault, 'one'), service}).service, systemClock, random);
  server.serve(attempt => serve(model, attempt));
  await new Listener(server, model).follow();
}
await received();
process.send!({byCell, lateMs: lateness()}, () => process.exit());
