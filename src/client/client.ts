/** What the calls of one client share: the policy's handle, and the ports with their defaults. */
import {guarded, type Listener} from '../core/events.ts';
import type {Observer} from '../core/observer.ts';
import {type Ids, type Random, SystemIds, systemRandom} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import type {Answers} from '../decide/answers.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import {watch} from './observe.ts';
import type {PolicyHandle} from './policy-handle.ts';
import type {Ports} from './ports.ts';

const systemIds = new SystemIds();

export class EngineParts {
  readonly handle: PolicyHandle;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly on: Listener | null;
  readonly observer: Observer | null;
  readonly classify: NonNullable<Ports['classify']> | null;
  readonly prepareAttempt: NonNullable<Ports['prepareAttempt']> | null;
  /** How the answers of the door's wire are read. */
  readonly answers: Answers;

  constructor(handle: PolicyHandle, ports: Ports, answers: Answers = httpAnswers) {
    this.answers = answers;
    this.clock = ports.clock ?? systemClock;
    this.random = ports.random ?? systemRandom;
    this.ids = ports.ids ?? systemIds;
    this.on = ports.on === undefined ? null : guarded(ports.on);
    this.observer = ports.observer ?? null;
    this.classify = ports.classify ?? null;
    this.prepareAttempt = ports.prepareAttempt ?? null;
    this.handle = handle;
    watch(this.observer, this.handle.guards, this.clock);
    const {on} = this;
    if (on === null) return;
    this.handle.registry.breakerListeners.add((breaker, from, to) =>
      on({type: 'breaker.changed', guarded: breaker, from, to}),
    );
  }
}
