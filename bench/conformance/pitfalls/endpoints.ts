/** Several endpoints: what users of LiteLLM, Microsoft.Extensions.Http.Resilience, Envoy and Istio report. docs/guides/failover.md links the reports. */
import {OVERLOADED, text} from '../../../test/support/streamed-fetch.ts';
import type {Client, EndpointOptions, Library, Pitfall} from '../library.ts';
import {absent, type CellResult, ends, holds, Scene, said, sleep, type Timed} from '../pitfall.ts';

type Script = Parameters<Scene['place']>;
/** What a row is tried with: a client of two endpoints, of which the first is preferred. */
type Try = (make: (options: EndpointOptions) => Promise<Client>, first: Timed, second: Timed) => Promise<CellResult>;
type Needs = keyof Omit<NonNullable<Library['endpoints']>, 'client'>;

const QUICK: EndpointOptions = {attempts: 3, delayMs: 10, failures: 3, openMs: 60_000};
/** With what a library has by default: three failures in a row would not ask about the history. */
const AGED: EndpointOptions = {...QUICK, failures: undefined};
const OPEN_MS = 500;
const EVENTS = {'content-type': 'text/event-stream'};

const row = (id: string, title: string, first: Script, second: Script, run: Try, needs?: Needs): Pitfall => ({
  id,
  title,
  async run({endpoints}, scene) {
    if (endpoints === undefined || (needs !== undefined && !endpoints[needs])) return absent;
    const places = [scene.place(...first), (await Scene.open()).place(...second)] as const;
    const urls = places.map(({url}) => url);
    return run(options => endpoints.client(urls, options), ...places);
  },
});

/** The statuses of so many calls, one after another; 0 for an error. */
async function statuses(count: number, client: Client, url: string, headers = {}): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push((await ends(client(url, {headers}), 5000)).status ?? 0);
  return all;
}

const allAre = (status: number, all: readonly number[]): boolean => all.every(one => one === status);
const counts = (first: Timed, second: Timed): string =>
  `${first.requests.length} sent to the first, ${second.requests.length} to the second`;

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T124',
    title: 'An endpoint that only fails does not stay in rotation: 100 calls, after 300 that were answered',
    async run({endpoints}, scene) {
      if (endpoints === undefined) return absent;
      let status = 200;
      const first = scene.place(response => response.writeHead(status).end());
      const second = (await Scene.open()).place(200);
      const client = await endpoints.client([first.url, second.url], AGED);
      const before = await statuses(300, client, first.url);
      const healthy = first.requests.length;
      status = 500;
      const all = await statuses(100, client, first.url);
      const failures = first.requests.length - healthy;
      return holds(allAre(200, [...before, ...all]) && failures <= 20, `the first failed ${failures} times`);
    },
  },
  row(
    'T125',
    'An endpoint that breaks every connection does not stay in rotation: 25 calls',
    ['reset'],
    [200],
    async (make, first, second) => {
      const all = await statuses(25, await make(QUICK), first.url);
      return holds(allAre(200, all) && first.requests.length <= 10, counts(first, second));
    },
  ),
  row(
    'T126',
    'The failure of a later attempt of a call counts like that of the first',
    [500],
    [500],
    async (make, first, second) => {
      const client = await make({...QUICK, attempts: 2, failures: 1});
      await statuses(1, client, first.url);
      await ends(client(first.url), 100);
      return holds(first.requests.length === 1 && second.requests.length === 1, counts(first, second));
    },
    'goOut',
  ),
  row(
    'T127',
    'A cooldown lasts as long as it says, and no longer',
    [500, 200],
    [200],
    async (make, first, second) => {
      const client = await make({...QUICK, attempts: 1, failures: 1, openMs: OPEN_MS});
      await statuses(1, client, first.url);
      await statuses(1, client, first.url);
      const early = first.requests.length;
      await sleep(OPEN_MS * 1.3);
      await statuses(1, client, first.url);
      return holds(early === 1 && first.requests.length === 2, counts(first, second));
    },
    'goOut',
  ),
  row(
    'T128',
    'A 404 and a caller who gives up put no endpoint out',
    [404, 404, 404, 'hang', 200],
    [404, 404, 404, 'hang', 200],
    async (make, first, second) => {
      const client = await make({...QUICK, failures: 1});
      const all = await statuses(3, client, first.url);
      for (let n = 0; n < 2; n++) await ends(client(first.url, {signal: AbortSignal.timeout(50)}), 1000);
      await statuses(1, client, first.url);
      const sent = first.requests.length + second.requests.length;
      return holds(allAre(404, all) && sent === 6 && first.requests.length >= 3, counts(first, second));
    },
  ),
  row(
    'T129',
    'An outage of the only endpoint of its rank costs a few failures, not some of each call: 11 calls',
    [slowly(503)],
    [200],
    async (make, first, second) => {
      const all = await statuses(11, await make(QUICK), first.url);
      return holds(allAre(200, all) && first.requests.length <= 5, counts(first, second));
    },
  ),
  row(
    'T130',
    'An overload inside an event stream moves the call, before any content came',
    [{headers: EVENTS, body: OVERLOADED}],
    [{headers: EVENTS, body: text('Hi')}],
    async (make, first) => {
      const answer = await (await make(QUICK))(first.url);
      const body = await answer.text();
      return holds(body.includes('Hi') && !body.includes('overloaded'), `answered ${body.slice(0, 80)}`);
    },
    'readStreams',
  ),
  row('T131', 'With one attempt for a call, another endpoint gets none', [503], [503], async (make, first, second) => {
    await statuses(1, await make({...QUICK, attempts: 1}), first.url);
    return holds(first.requests.length + second.requests.length === 1, counts(first, second));
  }),
  row(
    'T132',
    'The path of an endpoint is used, not its origin alone',
    [503],
    [200],
    async (make, first, second) => {
      const end = await ends((await make(QUICK))(`${first.url}/items`), 2000);
      const path = second.requests[0]?.path;
      return holds(path === `${new URL(second.url).pathname}/items`, `${said(end)}, and the second got ${path}`);
    },
    'havePaths',
  ),
  {
    id: 'T133',
    title: 'Hedging needs no list of endpoints',
    async run({hedged}, scene) {
      if (hedged === undefined) return absent;
      const place = scene.place('hang', 200);
      const end = await ends((await hedged({delayMs: 50, attempts: 2}))(place.url), 2000);
      return holds(end.status === 200 && place.requests.length === 2, `${said(end)}, ${place.requests.length} sent`);
    },
  },
  row(
    'T134',
    'With every endpoint out, a call waits for the first instead of failing at once',
    [503, 200],
    [503, 200],
    async (make, first) => {
      const client = await make({...QUICK, attempts: 2, failures: 1, openMs: OPEN_MS});
      await statuses(1, client, first.url);
      const end = await ends(client(first.url), OPEN_MS * 3);
      return holds(end.status === 200, said(end));
    },
    'goOut',
  ),
  row('T135', 'A 501 that every endpoint gives puts none out', [501], [501], async (make, first, second) => {
    const all = await statuses(6, await make({...QUICK, failures: 1}), first.url);
    const sent = first.requests.length + second.requests.length;
    return holds(allAre(501, all) && sent === 6 && first.requests.length >= 3, counts(first, second));
  }),
  row(
    'T136',
    'A wrong credential ends the call, instead of walking through all endpoints',
    [401],
    [401],
    async (make, first, second) => {
      await statuses(1, await make(QUICK), first.url, {authorization: 'Bearer wrong'});
      return holds(first.requests.length + second.requests.length === 1, counts(first, second));
    },
  ),
];

function slowly(status: number): Script[number] {
  return response => void sleep(50).then(() => response.writeHead(status).end());
}
