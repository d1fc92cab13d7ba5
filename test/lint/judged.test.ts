/**
 * 120 policies that an engineer on call wrote and judged before anyone read the rules: 80 with a defect, 40 that are unusual and sound. `judgements.json` has the
 * judgement of each and the findings that say it.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'clean';
  readonly judgement: string;
  /** Of a defect: the findings that say it, each as `RL101 routes[0].match.methods`. */
  readonly finds?: readonly string[];
  /** Of a defect without such a finding: the reason. */
  readonly missed?: string;
}

/** Shares as they are; a limit only falls. */
const MOST_MISSED = 0.025;
const MOST_FALSE = 0.325;

/** Sound policies that fail a run today. The list only shrinks. */
const FALSE_ALARMS: ReadonlySet<string> = new Set([
  'boot-config.yaml',
  'broken-hints.yaml',
  'ci-artifacts.yaml',
  'doc-embeddings.json',
  'genome-export.yaml',
  'hot-cache.json',
  'inventory-grpc.yaml',
  'openai-ten-pods.json',
  'payout-worker.json',
  'rtb-bidder.json',
  'sdk-above.json',
  'tag-suggester.json',
  'webhook-delivery.json',
]);

const folder = new URL('judged/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const judgements: readonly Judgement[] = JSON.parse(read('judgements.json'));
const defects = judgements.filter(({kind}) => kind === 'defect');
const sound = judgements.filter(({kind}) => kind === 'clean');

const findingsOf = async (file: string) => (await lintText({path: file, files: {[file]: read(file)}})).findings;

describe('policies that were judged before the linter saw them', () => {
  it('are all in judgements.json', () => {
    const files = readdirSync(folder).filter(name => name !== 'judgements.json');
    expect(judgements.map(({file}) => file)).to.have.members(files);
    expect([defects.length, sound.length]).to.deep.equal([80, 40]);
  });

  for (const {file, judgement, finds} of defects.filter(each => each.finds !== undefined)) {
    it(`has a finding for ${file}: ${judgement}`, async () => {
      const found = (await findingsOf(file)).map(({code, pointer}) => `${code} ${pointer}`);
      expect(found).to.include.members([...finds!]);
    });
  }

  for (const {file, judgement} of sound) {
    const isFalse = FALSE_ALARMS.has(file);
    it(`${isFalse ? 'still fails' : 'does not fail'} ${file}: ${judgement}`, async () => {
      const alarms = (await findingsOf(file)).filter(({severity}) => severity !== 'info');
      const said = alarms.map(({code, pointer}) => `${code} ${pointer}`);
      if (isFalse) expect(said).not.to.be.empty;
      else expect(said).to.deep.equal([]);
    });
  }

  it('are judged alike by the linter, but for these shares', () => {
    const missed = defects.filter(({finds}) => finds === undefined);
    expect(missed.filter(each => each.missed === undefined)).to.deep.equal([]);
    expect(missed.length / defects.length, 'missed defects').to.be.at.most(MOST_MISSED);
    expect(FALSE_ALARMS.size / sound.length, 'false alarms').to.be.at.most(MOST_FALSE);
  });
});
