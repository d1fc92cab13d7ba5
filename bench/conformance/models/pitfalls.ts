/** The pitfalls of model endpoints, in the order of their numbers. */
import type {Pitfall} from './pitfall.ts';
import {pitfalls as paid} from './pitfalls-paid.ts';
import {pitfalls as quota} from './pitfalls-quota.ts';
import {pitfalls as reading} from './pitfalls-reading.ts';
import {realTimePitfalls} from './pitfalls-real-time.ts';
import {pitfalls as refusals} from './pitfalls-refusals.ts';
import {pitfalls as streams} from './pitfalls-streams.ts';

export const virtualPitfalls: readonly Pitfall[] = [...refusals, ...quota, ...streams, ...paid, ...reading];
export const pitfalls: readonly Pick<Pitfall, 'id' | 'title'>[] = [...virtualPitfalls, ...realTimePitfalls];
