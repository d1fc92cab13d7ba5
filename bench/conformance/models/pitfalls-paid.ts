/** The requests that the account pays for. */

import type {Fault} from '../../../examples/model-endpoint/faults.ts';
import {unavailable} from '../../../examples/model-endpoint/refusals.ts';
import {absent, fail, pass} from '../pitfall.ts';
import {count, first, HOUR_MS, holds, ofRetries, once, type Pitfall, QUESTION, refused} from './pitfall.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T103',
    title: 'a generation of 130 s is paid once, and answered',
    async run(lab) {
      lab.open({fault: () => ({kind: 'slow', ms: 130_000})});
      const ended = await once(lab, 'ask');
      return holds(ended?.isAnswered === true && lab.paid === 1, lab, ended);
    },
  },
  {
    id: 'T104',
    title: 'a generation that outlasts every time limit is paid once',
    async run(lab) {
      lab.open({fault: () => ({kind: 'slow', ms: 3 * HOUR_MS})});
      const ended = await once(lab, 'ask');
      return holds(ended !== undefined && lab.paid === 1, lab, ended);
    },
  },
  {
    id: 'T105',
    title: 'a connection that breaks after each generation is paid twice at most',
    async run(lab) {
      lab.open({fault: () => ({kind: 'reset', paid: true})});
      const ended = await once(lab, 'ask');
      return holds(ended !== undefined && lab.paid <= 2, lab, ended);
    },
  },
  {
    id: 'T106',
    title: 'a connection that breaks before the generation is retried',
    run: ofRetries(async lab => {
      lab.open({fault: first({kind: 'reset', paid: false})});
      const ended = await once(lab, 'ask');
      return holds(ended?.isAnswered === true && lab.paid === 1, lab, ended);
    }),
  },
  {
    id: 'T107',
    title: 'a call that the caller aborts also ends on the server',
    async run(lab) {
      lab.open({fault: () => ({kind: 'slow', ms: HOUR_MS})});
      const client = await lab.connect();
      const controller = new AbortController();
      const call = lab.call(client, 'ask', QUESTION, {signal: controller.signal});
      await lab.pause(5000);
      controller.abort();
      const ended = await lab.within(HOUR_MS, call);
      if (ended === undefined || ended.at > 5100 || lab.requests > 1) return holds(false, lab, ended);
      return lab.arrivals[0]!.result === 'aborted' ? pass : fail('the connection stays open');
    },
  },
  {
    id: 'T108',
    title:
      'two layers that retry, both at their defaults: four attempts at most are paid for, and a refused call is sent no more often than by one layer',
    async run(lab) {
      const {nested} = lab.column;
      if (nested === undefined) return absent;
      const sent = async (fault: Fault, connect: typeof nested): Promise<number> => {
        lab.open({fault: () => fault});
        const client = await connect(lab.options());
        await lab.within(HOUR_MS, lab.call(client, 'ask', QUESTION));
        return lab.requests;
      };
      const paid = await sent({kind: 'reset', paid: true}, nested);
      const free = await sent(refused(unavailable), nested);
      const alone = await sent(refused(unavailable), lab.column.connect);
      if (paid > 4 || free > alone) return fail(`${count(paid, 'request')}, and ${free} of a refused call`);
      return pass;
    },
  },
  {
    id: 'T109',
    title: 'the server can distinguish a retry from a first request',
    run: ofRetries(async lab => {
      lab.open({fault: first(refused(unavailable))});
      const client = await lab.connect({attemptHeader: 'x-attempt'});
      await lab.within(HOUR_MS, lab.call(client, 'ask', QUESTION));
      const [one, two] = lab.arrivals;
      if (two === undefined) return fail('not retried');
      const differs = ['x-stainless-retry-count', 'x-attempt'].some(name => one!.headers[name] !== two.headers[name]);
      return differs ? pass : fail('both requests have the same headers');
    }),
  },
];
