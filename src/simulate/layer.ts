/** A service that answers each of its calls by a call of its own to the next layer, under a policy of its own. */
import type {Outcome} from '../core/outcome.ts';
import type {Random} from '../core/random.ts';
import {type Exchange, type Reply, type Service, ServiceAnswer, type ServiceRequest} from './service/service.ts';
import type {CallListener, EndedCall, SimulatedClient, SimulatedResponse} from './simulated-client.ts';

export class Layer implements Service {
  readonly #clients: readonly SimulatedClient[];
  readonly #random: Random;

  /** @param clients One for each instance of the layer. */
  constructor(clients: readonly SimulatedClient[], random: Random) {
    this.#clients = clients;
    this.#random = random;
  }

  arrive(request: ServiceRequest, _client: number, reply: Reply): Exchange {
    const exchange = new LayerExchange(reply);
    this.#clients[Math.floor(this.#random() * this.#clients.length)]!.begin(request, exchange);
    return exchange;
  }
}

/** The call goes on when the client above has given up: few servers stop their own calls then. */
class LayerExchange implements Exchange, CallListener {
  #reply: Reply | null;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  leave(): void {
    this.#reply = null;
  }

  sent(): void {}

  ended(_call: EndedCall, outcome: Outcome<SimulatedResponse>): void {
    this.#reply?.answer(answerFor(outcome), outcome.response?.slowBody?.ms ?? 0);
  }
}

const BAD_GATEWAY = new ServiceAnswer(502);
const UNAVAILABLE = new ServiceAnswer(503);
const GATEWAY_TIMEOUT = new ServiceAnswer(504);

/** As a gateway answers. Of an event stream only its status is passed on; a slow body takes as long as it took. */
function answerFor({kind, response, status}: Outcome<SimulatedResponse>): ServiceAnswer {
  if (response instanceof ServiceAnswer) return response;
  if (response !== null) return new ServiceAnswer(status);
  switch (kind) {
    case 'rejected':
      return UNAVAILABLE;
    case 'attempt-timeout':
    case 'content-timeout':
    case 'deadline':
      return GATEWAY_TIMEOUT;
    default:
      return BAD_GATEWAY;
  }
}
