/** Sets of listeners of what changes beside the calls, such as the states of breakers. */
import {caught, complaintOf} from './complaint.ts';

const complain = complaintOf('a listener threw; the call goes on');

/** Calls each listener. One that throws keeps neither the change nor the other listeners from going on. */
export function notifyEach<Change extends readonly unknown[]>(
  listeners: Iterable<(...change: Change) => void>,
  ...change: NoInfer<Change>
): void {
  for (const listener of listeners) caught(() => listener(...change), undefined, complain);
}
