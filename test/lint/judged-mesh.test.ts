/**
 * Files of gRPC, Step Functions, Istio, Envoy, gateways, Argo Workflows, Dapr and resilience4j, judged in words before any code read them: what an engineer on
 * call would flag is found, and what is unusual and sound fails no run.
 */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  /** The name that the file has where people use it, if the name says something. */
  readonly as?: string;
  readonly kind: 'defect' | 'sound';
  readonly judgement: string;
  /** The rules that say what the judgement says. */
  readonly expects: readonly string[];
}

const folder = new URL('judged-mesh/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const judgements = JSON.parse(read('judgements.json')) as readonly Judgement[];

const alarmsOf = async (file: string, path: string): Promise<string[]> =>
  (await lintText({path, files: {[path]: read(file)}})).findings
    .filter(({severity}) => severity !== 'info')
    .map(({code, message}) => `${code} ${message}`);

describe('Judged: proxies, workflows and gRPC', () => {
  for (const {file, as = file, kind, judgement, expects} of judgements)
    it(`${file}: ${judgement}`, async () => {
      const alarms = await alarmsOf(file, as);
      if (kind === 'sound') expect(alarms).to.deep.equal([]);
      else expect(alarms.map(alarm => alarm.slice(0, 5))).to.include.members([...expects]);
    });

  it('has a judgement for each file', () => {
    expect(judgements.map(({file}) => file)).to.have.members(
      readdirSync(folder).filter(name => name !== 'judgements.json'),
    );
  });
});
