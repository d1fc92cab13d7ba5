/** The pitfalls of model endpoints, in the order of their numbers. */
import type {Pitfall} from './pitfall.ts';
import {pitfalls as paid} from './pitfalls-paid.ts';
import {pitfalls as quota} from './pitfalls-quota.ts';
import {pitfalls as refusals} from './pitfalls-refusals.ts';
import {pitfalls as streams} from './pitfalls-streams.ts';

export const pitfalls: readonly Pitfall[] = [...refusals, ...quota, ...streams, ...paid];
