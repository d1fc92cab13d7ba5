import {expect} from 'chai';
import {lineChart, type Series} from '../../src/charts/line-chart.ts';
import {LIGHT} from '../../src/charts/theme.ts';

const SIZE = {width: 400, height: 300};
const AXES = {x: {name: 's', min: 0, max: 3}, y: {name: '', min: 0, max: 1}};

/** The areas of the color of the first line, each as its corners in pixels. */
function areasOf(series: Pick<Series, 'points' | 'spread'>): number[][][] {
  const svg = lineChart({...AXES, series: [{name: 'a', ...series}]}, LIGHT, SIZE);
  const areas = [...svg.matchAll(/<polygon points="([^"]+)" fill="([^"]+)"/g)];
  return areas
    .filter(([, , fill]) => fill === LIGHT.series[0])
    .map(([, points]) => [...points!.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
}

const POINTS = [
  [0, 0.5],
  [1, 0.5],
  [2, null],
  [3, 0.5],
] as const;

describe('a line chart', () => {
  it('has an area from the low to the high of each spread, and none without', () => {
    const spread = [
      [0, 1],
      [0.25, 0.75],
      [0.5, 0.5],
      [0, 1],
    ] as const;
    const points = POINTS.map(([x]) => [x, 0.5] as const);
    const [area, ...more] = areasOf({points, spread});
    expect(more).to.deep.equal([]);
    const heightAt = (x: number): number => {
      const ys = area!.filter(([each]) => each === x).map(([, y]) => y!);
      return Math.max(...ys) - Math.min(...ys);
    };
    const [first, second, third] = [...new Set(area!.map(([x]) => x!))].sort((a, b) => a - b);
    expect(heightAt(second!) / heightAt(first!)).to.be.closeTo(0.5, 0.01);
    expect(heightAt(third!)).to.equal(0);
    expect(areasOf({points})).to.deep.equal([]);
  });

  it('has a gap in the area where the line has one', () => {
    const spread = POINTS.map(([, y]) => (y === null ? null : ([0, 1] as const)));
    expect(areasOf({points: POINTS, spread})).to.have.length(1);
  });

  it('keeps the area within the axis', () => {
    const at = (spread: readonly [number, number]): number[][][] =>
      areasOf({
        points: [
          [0, 0.5],
          [3, 0.5],
        ],
        spread: [spread, spread],
      });
    expect(at([0, 1])).to.have.length(1);
    expect(at([-0.5, 1.5])).to.deep.equal(at([0, 1]));
  });
});
