import {expect} from 'chai';
import {html} from '../../src/charts/html.ts';
import {
  barFigure,
  facts,
  intervalFigure,
  lineFigure,
  page,
  scatterFigure,
  table,
  timelineFigure,
} from '../../src/charts/page.ts';

const HOSTILE = `"><script>alert(1)</script>&'`;

const chartOf = (...names: string[]) => ({
  x: {name: 's'},
  y: {name: 'success', min: 0, max: 1},
  bands: [{name: HOSTILE, from: 1, to: 2}],
  series: names.map(name => ({
    name,
    points: [
      [0, 1],
      [1, 0.5],
      [2, null],
      [3, 1],
    ] as const,
  })),
});

describe('pages with charts', () => {
  const figures = [
    lineFigure({title: HOSTILE, description: HOSTILE}, chartOf(HOSTILE, 'b')),
    timelineFigure(
      {title: 'Calls', description: 'two calls'},
      {rows: [{name: HOSTILE, bars: [{fromMs: 0, toMs: 900, kind: 'bad', label: HOSTILE}]}]},
    ),
    intervalFigure(
      {title: 'Intervals', description: 'one interval'},
      {x: {name: HOSTILE}, rows: [{name: HOSTILE, value: 0.5, low: 0.4, high: 0.7}]},
    ),
    barFigure(
      {title: 'Bars', description: 'two bars'},
      {x: {name: HOSTILE}, series: [HOSTILE, 'b'], rows: [{name: HOSTILE, values: [1, 0]}]},
    ),
    scatterFigure(
      {title: 'Points', description: 'one point'},
      {
        x: {name: HOSTILE},
        y: {name: 'y'},
        series: [HOSTILE],
        points: [{x: 1, y: 2, series: 0, size: 0.5, label: HOSTILE, isMarked: true}],
        limits: [{axis: 'x', value: 3, label: HOSTILE}],
      },
    ),
    facts([[HOSTILE, HOSTILE]]),
    table({columns: [HOSTILE, 'n'], rows: [[HOSTILE, HOSTILE]]}),
  ];
  const whole = page({title: HOSTILE, lead: HOSTILE, sections: figures, footer: HOSTILE});

  it('show what a policy contains as text', () => {
    expect(whole).not.to.match(/<script/i);
    expect(whole).to.include('&lt;script&gt;');
  });

  it('load nothing, and forbid it', () => {
    expect(whole).to.include(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(whole.match(/\b(?:src|href)\s*=/g)).to.equal(null);
    expect(whole.match(/url\((?!#)/g)).to.equal(null);
  });

  it('draw each chart for a light and for a dark page, and for wide and narrow screens', () => {
    for (const theme of ['light', 'dark'])
      for (const screen of ['broad', 'narrow'])
        expect(whole.split(`class="chart ${theme} ${screen}"`)).to.have.length(1 + 5);
  });

  it('name the lines only where there are several', () => {
    expect(whole).to.include('class="legend"');
    expect(lineFigure({title: 't', description: 'd'}, chartOf('a')).text).not.to.include('legend');
  });

  it('have ids that no two charts share', () => {
    const ids = [...whole.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('escape the values of a template, and no template in it', () => {
    expect(html`<td title="${`"'`}">${'<&>'}${html`<b>${1}</b>`}${[html`<i>`, html`</i>`]}</td>`.text).to.equal(
      '<td title="&quot;&#39;">&lt;&amp;&gt;<b>1</b><i></i></td>',
    );
  });
});
