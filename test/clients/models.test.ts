/** The SDKs of model vendors over modelFetch, each beside itself alone with its own defaults, against an endpoint that fails. */
import {expect} from 'chai';
import {modelSdks} from './models/catalogue.ts';
import {type Course, courseOf, situations} from './models/cells.ts';
import {sdks} from './models/sdks.ts';

describe('the SDKs of model vendors over modelFetch', () => {
  /** By SDK and situation. */
  const alone = new Map<string, Course>();

  /** Most of it is waiting, so all wait together. Apart from the column of steadfetch, whose clock is fast. */
  before(async () => {
    const cells = Object.entries(sdks).flatMap(([name, sdk]) =>
      Object.entries(situations).map(async ([title, situation]) => {
        if (!situation.onlyOurs) alone.set(`${name}: ${title}`, await courseOf(sdk, situation, 'alone'));
      }),
    );
    await Promise.all(cells);
  }).timeout(60_000);

  it('are those of docs/clients.md', () =>
    expect(modelSdks.map(each => each.package)).to.deep.equal(Object.keys(sdks)));

  for (const [name, sdk] of Object.entries(sdks))
    describe(name, () => {
      for (const [title, situation] of Object.entries(situations)) {
        const {answered, mostSent, prompt = ''} = situation;
        it(`${title}: ${answered} answered and at most ${mostSent} sent, and alone no more answered`, async () => {
          const course = await courseOf(sdk, situation, 'ours');
          expect(course.answered).to.equal(answered);
          expect(course.sent.length).to.be.within(1, mostSent);
          expect(
            course.sent.every(({body}) => body.includes(prompt)),
            'the whole prompt',
          ).to.equal(true);
          if (situation.onlyOurs) return;
          const other = alone.get(`${name}: ${title}`)!;
          expect(other.sent.length).to.be.above(0);
          expect(other.answered).to.be.at.most(answered);
        });
      }
    });

  after(() => {
    for (const [cell, {answered, sent}] of process.env.SHOW_ALONE ? alone : [])
      console.log(`      ${cell}, alone: ${answered} answered, ${sent.length} sent`);
  });
});
