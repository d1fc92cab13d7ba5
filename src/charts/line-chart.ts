/** Lines over an axis, such as success over time. */
import {type Axis, axesOf, colorOf} from './axes.ts';
import {type ChartOption, type ChartSize, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

export interface LineChart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
  /** A value holds until the next one, such as the state of a breaker. Default: lines between the points. */
  readonly steps?: boolean;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** `null` leaves a gap. */
export type Point = readonly [x: number, y: number | null];

/** A period that is marked, such as an outage. */
export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Lines differ by more than their colour. */
const DASHES = ['solid', [7, 4], [2, 3], [9, 3, 2, 3]] as const;

export function lineChart(chart: LineChart, theme: Theme, size: ChartSize): string {
  const series = chart.series.map(({name, points}, index) => ({
    type: 'line',
    name,
    data: points,
    showSymbol: false,
    step: chart.steps === true ? 'end' : false,
    silent: true,
    lineStyle: {width: 2, type: DASHES[index % DASHES.length], color: colorOf(theme, index)},
    ...(index === 0 && chart.bands !== undefined ? {markArea: bandsOf(chart.bands, theme)} : {}),
  }));
  return renderSvg({...axesOf(chart.x, chart.y, theme), series} satisfies ChartOption, size);
}

/** As CSS and SVG have them, for a legend beside the chart. */
export const dashesOf = (index: number): string => {
  const dashes = DASHES[index % DASHES.length]!;
  return dashes === 'solid' ? 'none' : dashes.join(' ');
};

function bandsOf(bands: readonly Band[], theme: Theme) {
  return {
    silent: true,
    itemStyle: {color: theme.band},
    label: {color: theme.faint, fontSize: 11, position: 'top'},
    data: bands.map(({name, from, to}) => [{name, xAxis: from}, {xAxis: to}]),
  };
}
