/** Real requests through ky, with its own retry or with ours. */
import ky, {type KyInstance} from 'ky';
import {resilience} from '../../../src/core.ts';
import type {Loopback} from '../loopback.ts';
import {type Candidate, measure} from '../measure.ts';
import {digits, ratio, type Section} from '../section.ts';

export async function loopbackKy({url}: Loopback): Promise<Section> {
  const clients: Readonly<Record<string, KyInstance>> = {
    'plain ky': ky,
    'plain ky again (noise)': ky,
    'plain ky, one more header': ky.extend({headers: {'x-correlation-id': 'abcdefghij-1'}}),
    'ky with steadfetch, no ids': ky.extend(resilience({correlation: null, idempotency: {}})),
    'ky with steadfetch': ky.extend(resilience({idempotency: {}})),
    "ky with steadfetch, ky's loop driven": ky
      .extend(resilience({correlation: null, idempotency: {}}))
      .extend({hooks: {beforeError: [({error}) => error]}}),
  };
  const shape = {rounds: 25, callsPerRound: 256, concurrency: 64};
  const of = (call: (client: KyInstance) => Promise<unknown>): Candidate[] =>
    Object.entries(clients).map(([name, client]) => ({name, call: () => call(client)}));
  const gets = await measure(
    of(client => client.get(url).json()),
    shape,
  );
  const posts = await measure(
    of(client => client.post(url, {json: {id: 1, name: 'widget'}}).json()),
    shape,
  );
  const row = (name: string): string[] => {
    const cell = (costs: typeof gets) => digits(ratio(costs, name, 'plain ky'));
    return [name, cell(gets), cell(posts)];
  };
  return {
    title: 'Over the loopback, against plain ky with its own retry',
    intro: '64 in flight. The POST carries an idempotency key of ours.',
    columns: ['', 'GET, × plain ky', 'POST json, × plain ky'],
    rows: Object.keys(clients).map(row),
    goals: [
      {
        what: 'GET, no ids',
        limit: 1.03,
        measured: ratio(gets, 'ky with steadfetch, no ids', 'plain ky'),
        unit: '× plain ky',
        why: `plain ky, measured again in this run, is at ${digits(ratio(gets, 'plain ky again (noise)', 'plain ky'))} of itself`,
      },
      {
        what: 'GET, with its id',
        limit: 1.03,
        measured: ratio(gets, 'ky with steadfetch', 'plain ky, one more header'),
        unit: '× plain ky with as many headers',
        why: 'the id is written onto the Request that ky has made, through the checks of Headers; plain ky has its header before there is a Request',
      },
      {
        what: 'POST json, with id and key',
        limit: 1,
        measured: ratio(posts, 'ky with steadfetch', 'plain ky'),
        unit: '× plain ky',
        why: `plain ky, measured again in this run, is at ${digits(ratio(posts, 'plain ky again (noise)', 'plain ky'))} of itself`,
      },
      {
        what: "GET, ky's loop driven",
        limit: 1.25,
        measured: ratio(gets, "ky with steadfetch, ky's loop driven", 'plain ky'),
        unit: '× plain ky',
        why: `ky clones each Request for its own loop, and ours runs beside it; plain ky again is at ${digits(ratio(gets, 'plain ky again (noise)', 'plain ky'))} of itself`,
      },
    ],
  };
}
