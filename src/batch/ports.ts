/** The ports of a client that sends the items of a batch. */
import {innerReport} from '../call/inner-report.ts';
import type {ClassifyInput, Ports, Reclassification} from '../client/ports.ts';
import type {Answer} from '../transport/answer.ts';
import type {BatchOptions} from './types.ts';

export type BatchPorts = Pick<BatchOptions<never, never>, 'clock' | 'random' | 'ids' | 'observer' | 'on'>;

export function portsOf(options: BatchPorts): Omit<Ports<Answer>, 'fetch'> {
  const {clock, random, ids, observer, on} = options;
  return {
    classify: heedInner,
    ...(clock && {clock}),
    ...(random && {random}),
    ...(ids && {ids}),
    ...(observer && {observer}),
    ...(on && {on}),
  };
}

/** If a steadfetch client inside `send` has decided not to retry, the batch does not retry either. */
function heedInner({response, error, classification}: ClassifyInput<Answer>): Reclassification | undefined {
  const inner = innerReport(response === null ? error : response.origin);
  return inner === undefined ? undefined : {transient: false, reason: classification.reason};
}
