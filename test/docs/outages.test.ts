/** The simulation in docs/guides/outages.md is what its command prints, with the files of the page. UPDATE_DOCS=1 writes it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {policies, scenario} from '../../examples/outage.ts';
import {Workplace} from '../cli/running.ts';

const page = new URL('../../docs/guides/outages.md', import.meta.url);
const RUN = /```sh\nsteadfetch (simulate .*)\n```\n\n```text\n([\s\S]*?)```/;

describe('the guide to outages', () => {
  const text = readFileSync(page, 'utf8');
  const files = new Map(Array.from(text.matchAll(/```json (\S+)\n([\s\S]*?)```/g), ([, name, json]) => [name!, json!]));
  const place = new Workplace();
  before(() => {
    for (const [name, json] of files) place.write(name, json);
  });
  after(() => place.remove());

  it('shows what its command prints', async () => {
    const [block, command, shown] = RUN.exec(text)!;
    const {stdout} = await place.run(command!.split(' '));
    if (process.env.UPDATE_DOCS)
      writeFileSync(
        page,
        text.replace(block, () => block.replace(`text\n${shown}`, () => `text\n${stdout}`)),
      );
    else expect(stdout).to.equal(shown);
  });

  it('has the scenario and the policies of examples/outage.ts', () => {
    const parsed = (name: string): unknown => JSON.parse(files.get(name)!);
    expect(parsed('outage.json')).to.deep.equal(scenario);
    const {backoff, ...retries} = policies['retries alone']!;
    expect(parsed('retries.json')).to.deep.equal({...retries, backoff: {baseMs: 200}});
    expect(backoff).to.deep.equal({kind: 'exponential', baseMs: 200, jitter: 'full'});
    const {breaker} = parsed('breaker.json') as {breaker: unknown};
    expect(breaker).to.deep.equal(policies['with a breaker']!.breaker);
  });
});
