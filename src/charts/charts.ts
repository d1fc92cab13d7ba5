/** Charts as SVG, drawn from plain numbers. */
import {type ChartOption, type ChartSize, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

/** A line of a chart. */
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

export interface Axis {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  /** Default: linear. */
  readonly scale?: 'linear' | 'log';
  readonly format?: (value: number) => string;
}

export interface LineChart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
  /** A value holds until the next one, such as the state of a breaker. Default: lines between the points. */
  readonly steps?: boolean;
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
  return renderSvg({...frame(chart.x, chart.y, theme), series} satisfies ChartOption, size);
}

export const colorOf = ({series}: Theme, index: number): string => series[index % series.length]!;

/** As CSS and SVG have them, for a legend beside the chart. */
export const dashesOf = (index: number): string => {
  const dashes = DASHES[index % DASHES.length]!;
  return dashes === 'solid' ? 'none' : dashes.join(' ');
};

export interface Timeline {
  readonly rows: readonly TimelineRow[];
}
export interface TimelineRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'good' | 'bad' | 'wait';
  /** Stands in the bar where there is room. */
  readonly label: string;
}

/** The attempts of calls, and the waits between them, a call a row. */
export function timelineChart({rows}: Timeline, theme: Theme, size: ChartSize): string {
  const bars = rows.flatMap(({bars}, row) => bars.map(bar => ({row, bar})));
  const {xAxis, yAxis, ...rest} = frame({name: 'ms since the start of the call', min: 0}, {name: ''}, theme);
  return renderSvg(
    {
      ...rest,
      xAxis,
      yAxis: {...yAxis, type: 'category', inverse: true, data: rows.map(({name}) => name), splitLine: {show: false}},
      series: {
        type: 'custom',
        silent: true,
        data: bars.map(({row, bar}) => [bar.fromMs, row, bar.toMs]),
        encode: {x: [0, 2], y: 1},
        renderItem: (params: {dataIndex: number}, api: RenderApi) => shapeOf(bars[params.dataIndex]!.bar, api, theme),
      },
    },
    size,
  );
}

/** What ECharts gives to `renderItem`, as far as it is used. */
interface RenderApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(range: readonly [number, number]): [number, number];
}

/** In pixels, about. */
const LETTER_WIDTH = 6.5;

function shapeOf(bar: Bar, api: RenderApi, theme: Theme) {
  const [left, middle] = api.coord([bar.fromMs, api.value(1)]);
  const [right] = api.coord([bar.toMs, api.value(1)]);
  const rowHeight = api.size([0, 1])[1];
  const height = bar.kind === 'wait' ? 2 : Math.min(18, rowHeight * 0.7);
  const width = Math.max(1.5, right - left);
  const hasRoom = bar.kind !== 'wait' && width > bar.label.length * LETTER_WIDTH;
  return {
    type: 'group',
    children: [
      {type: 'rect', shape: {x: left, y: middle - height / 2, width, height}, style: {fill: theme[bar.kind]}},
      ...(hasRoom
        ? [
            {
              type: 'text',
              style: {
                text: bar.label,
                x: left + width / 2,
                y: middle,
                align: 'center',
                verticalAlign: 'middle',
                fill: theme.name === 'light' ? '#ffffff' : '#0d1117',
                fontSize: 11,
              },
            },
          ]
        : []),
    ],
  };
}

function bandsOf(bands: readonly Band[], theme: Theme) {
  return {
    silent: true,
    itemStyle: {color: theme.band},
    label: {color: theme.faint, fontSize: 11, position: 'insideTop'},
    data: bands.map(({name, from, to}) => [{name, xAxis: from}, {xAxis: to}]),
  };
}

/** Axes and margins, the same for all charts. */
function frame(x: Axis, y: Axis, theme: Theme) {
  const axis = ({name, min, max, scale = 'linear', format}: Axis) => ({
    type: scale === 'log' ? 'log' : 'value',
    name,
    ...(min === undefined ? {} : {min}),
    ...(max === undefined ? {} : {max}),
    nameTextStyle: {color: theme.faint},
    axisLabel: {color: theme.faint, hideOverlap: true, ...(format === undefined ? {} : {formatter: format})},
    axisLine: {lineStyle: {color: theme.line}},
    splitLine: {lineStyle: {color: theme.line}},
  });
  return {
    textStyle: {fontFamily: 'system-ui, sans-serif', color: theme.text},
    grid: {left: 8, right: 16, top: 28, bottom: 28, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel'},
    xAxis: {...axis(x), nameLocation: 'middle', nameGap: 28, splitLine: {show: false}},
    yAxis: {...axis(y), nameLocation: 'end'},
  };
}
