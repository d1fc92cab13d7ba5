/** Lines over an axis, such as success over time. */
import {type Axis, axesOf, colorOf} from './axes.ts';
import {type ChartOption, type ChartSize, type RenderApi, type RenderParams, renderSvg} from './echarts.ts';
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
  /** An area around the line, such as an interval: the low and the high at each point; null leaves a gap. */
  readonly spread?: readonly Spread[];
}

export type Spread = readonly [low: number, high: number] | null;

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
  const areas = chart.series.flatMap((each, index) => areaOf(each, chart.y, colorOf(theme, index)));
  return renderSvg({...axesOf(chart.x, chart.y, theme), series: [...areas, ...series]} satisfies ChartOption, size);
}

/** As CSS and SVG have them, for a legend beside the chart. */
export const dashesOf = (index: number): string => {
  const dashes = DASHES[index % DASHES.length]!;
  return dashes === 'solid' ? 'none' : dashes.join(' ');
};

const OPACITY = 0.18;

/** Drawn as a whole with its first point: an area for each pair of points would show its edges. */
function areaOf(
  {points, spread}: Series,
  {min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY}: Axis,
  color: string,
) {
  if (spread === undefined) return [];
  const within = (value: number): number => Math.max(min, Math.min(max, value));
  const corners = points.map(([x], index): Corner | null => {
    const [low, high] = spread[index] ?? [];
    return low === undefined || high === undefined ? null : {x, low: within(low), high: within(high)};
  });
  const data = corners.flatMap(corner => (corner === null ? [] : [[corner.x, corner.low, corner.high]]));
  return [
    {
      type: 'custom',
      silent: true,
      data,
      encode: {x: 0, y: [1, 2]},
      renderItem({dataIndex}: RenderParams, api: RenderApi) {
        if (dataIndex > 0) return;
        const children = partsOf(corners).map(part => ({
          type: 'polygon',
          shape: {
            points: [
              ...part.map(({x, high}) => api.coord([x, high])),
              ...part.toReversed().map(({x, low}) => api.coord([x, low])),
            ],
          },
          style: {fill: color, opacity: OPACITY},
        }));
        return {type: 'group', children};
      },
    },
  ];
}

interface Corner {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** Between the gaps. A point alone has no area. */
function partsOf(corners: readonly (Corner | null)[]): Corner[][] {
  const parts: Corner[][] = [[]];
  for (const corner of corners) {
    if (corner === null) parts.push([]);
    else parts.at(-1)!.push(corner);
  }
  return parts.filter(({length}) => length > 1);
}

function bandsOf(bands: readonly Band[], theme: Theme) {
  return {
    silent: true,
    itemStyle: {color: theme.band},
    label: {color: theme.faint, fontSize: 11, position: 'top'},
    data: bands.map(({name, from, to}) => [{name, xAxis: from}, {xAxis: to}]),
  };
}
