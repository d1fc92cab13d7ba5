import {expect} from 'chai';
import {html} from '../../src/charts/html.ts';
import {lineFigure, page, table, timelineFigure} from '../../src/charts/page.ts';

const SIZE = {width: 640, height: 240};
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
    lineFigure({title: HOSTILE, description: HOSTILE}, chartOf(HOSTILE, 'b'), SIZE),
    timelineFigure(
      {title: 'Calls', description: 'two calls'},
      {rows: [{name: HOSTILE, bars: [{fromMs: 0, toMs: 900, kind: 'bad', label: HOSTILE}]}]},
      SIZE,
    ),
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

  it('draw each chart for a light and for a dark page', () => {
    expect(whole.match(/class="chart light"/g)).to.have.length(2);
    expect(whole.match(/class="chart dark"/g)).to.have.length(2);
  });

  it('name the lines only where there are several', () => {
    expect(whole).to.include('class="legend"');
    expect(lineFigure({title: 't', description: 'd'}, chartOf('a'), SIZE).text).not.to.include('legend');
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
