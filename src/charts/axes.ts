/** What charts have in common: axes, margins and colours. */
import type {ChartOption} from './echarts.ts';
import type {Theme} from './theme.ts';

/** A bound that is left out follows from what the chart shows. */
export interface Axis {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  /** Default: linear. */
  readonly scale?: 'linear' | 'log';
  readonly format?: (value: number) => string;
}

export const colorOf = ({series}: Theme, index: number): string => series[index % series.length]!;

/** The parts that all charts have, in the options of ECharts. */
export interface Axes {
  readonly textStyle: ChartOption;
  readonly grid: ChartOption;
  readonly xAxis: ChartOption;
  readonly yAxis: ChartOption;
}

const GRID = {left: 8, right: 16, top: 28, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel'};

/** Two axes of numbers, and the margins. */
export const axesOf = (x: Axis, y: Axis, theme: Theme): Axes => ({
  textStyle: {fontFamily: 'system-ui, sans-serif', color: theme.text},
  grid: GRID,
  xAxis: {...axisOf(x, theme), nameLocation: 'middle', nameGap: 28, splitLine: {show: false}},
  yAxis: {...axisOf(y, theme), nameLocation: 'end'},
});

/** The longest name of a row, in pixels. */
const LONGEST_NAME = 170;

/** The same with a row for each name in place of the second axis, from the top. */
export const rowsOf = (x: Axis, names: readonly string[], theme: Theme): Axes => ({
  ...axesOf(x, {name: ''}, theme),
  // Names are drawn wider in some fonts than ECharts takes them to be.
  grid: {...GRID, left: 28, top: 4},
  yAxis: {
    ...axisOf({name: ''}, theme),
    type: 'category',
    inverse: true,
    data: names,
    axisLabel: {color: theme.faint, width: LONGEST_NAME, overflow: 'truncate'},
    splitLine: {show: false},
  },
});

const axisOf = ({name, min, max, scale = 'linear', format}: Axis, theme: Theme): ChartOption => ({
  type: scale === 'log' ? 'log' : 'value',
  name,
  ...(min === undefined ? {} : {min}),
  ...(max === undefined ? {} : {max}),
  nameTextStyle: {color: theme.faint},
  axisLabel: {color: theme.faint, hideOverlap: true, ...(format === undefined ? {} : {formatter: format})},
  axisLine: {lineStyle: {color: theme.line}},
  splitLine: {lineStyle: {color: theme.line}},
});
