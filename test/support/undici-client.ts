/** Dispatchers of undici with a policy, and the events of their calls, for the tests of one `describe`. */
import {Agent, type Dispatcher} from 'undici';
import type {PolicyInput, Ports, SteadfetchEvent} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {AT_ONCE} from './policies.ts';

export type Interceptor = Parameters<Agent['compose']>[0];

export interface UndiciClient {
  /** The events of the current test. */
  readonly events: SteadfetchEvent[];
  /** @param below Interceptors between the policy and the connections. */
  dispatcher(policy?: PolicyInput, ports?: Omit<Ports, 'fetch'>, below?: readonly Interceptor[]): Dispatcher;
  /** The reason of the last event if a call has ended, else its type. */
  lastReason(): string;
}

/** Destroys the agents of all dispatchers after the tests. */
export function undiciClient(): UndiciClient {
  const agents: Agent[] = [];
  const events: SteadfetchEvent[] = [];
  beforeEach(() => {
    events.length = 0;
  });
  after(() => Promise.all(agents.map(agent => agent.destroy())));
  return {
    events,
    dispatcher(policy = {}, ports = {}, below = []) {
      const agent = new Agent();
      agents.push(agent);
      const interceptor = resilienceInterceptor(
        {backoff: AT_ONCE, ...policy},
        {on: event => events.push(event), ...ports},
      );
      return agent.compose([...below, interceptor] as Interceptor[]);
    },
    lastReason() {
      const last = events.at(-1)!;
      return last.type === 'call.end' ? last.reason : last.type;
    },
  };
}
