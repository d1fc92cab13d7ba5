/** Points between two axes, each with a number that a table beside the chart has, too. */
import {type Axis, axesOf, colorOf} from './axes.ts';
import {type ChartOption, type ChartSize, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

export interface ScatterChart {
  readonly x: Axis;
  readonly y: Axis;
  /** The names of the series. */
  readonly series: readonly string[];
  readonly points: readonly ScatterPoint[];
  /** Limits that are marked by a line. */
  readonly limits: readonly Limit[];
}

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Which series it belongs to, from 0. */
  readonly series: number;
  /** From 0 to 1. */
  readonly size: number;
  readonly label: string;
  /** Drawn with a ring around it. */
  readonly isMarked: boolean;
}

export interface Limit {
  readonly axis: 'x' | 'y';
  readonly value: number;
  readonly label: string;
}

/** Diameters in pixels. */
const SMALLEST = 9;
const LARGEST = 27;

export function scatterChart(chart: ScatterChart, theme: Theme, size: ChartSize): string {
  const {points, limits} = chart;
  const {xAxis, yAxis, ...rest} = axesOf(chart.x, chart.y, theme);
  const sides = labelSides(points, size);
  const items = points.map((point, index) => itemOf(point, sides[index]!, theme));
  const series = chart.series.map((name, index) => ({
    type: 'scatter',
    name,
    silent: true,
    data: items.filter((_, point) => points[point]!.series === index),
    ...(index === 0 ? {markLine: linesOf(limits, theme)} : {}),
  }));
  // Invisible points, so that the lines of limits fit: an axis is made long enough for points, and not for lines.
  const [{x = 0, y = 0} = {}] = points;
  const corners = limits.map(({axis, value}) => (axis === 'x' ? [value, y] : [x, value]));
  const option = {
    ...rest,
    xAxis: {...xAxis, scale: true},
    yAxis: {...yAxis, scale: true},
    series: [...series, {type: 'scatter', silent: true, symbolSize: 0, data: corners}],
  };
  return renderSvg(option, size);
}

const diameterOf = ({size}: ScatterPoint): number => SMALLEST + size * (LARGEST - SMALLEST);

function itemOf(point: ScatterPoint, side: Side, theme: Theme): ChartOption {
  const {x, y, series, label, isMarked} = point;
  return {
    value: [x, y],
    symbolSize: diameterOf(point),
    label: {
      show: true,
      formatter: () => label,
      position: side,
      color: theme.text,
      fontSize: LABEL_HEIGHT,
      fontWeight: isMarked ? 'bold' : 'normal',
    },
    itemStyle: {
      color: colorOf(theme, series),
      opacity: 0.85,
      ...(isMarked ? {borderColor: theme.text, borderWidth: 3} : {}),
    },
  };
}

function linesOf(limits: readonly Limit[], theme: Theme): ChartOption {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: {color: theme.bad, type: 'dashed'},
    data: limits.map(({axis, value, label}) => ({
      [axis === 'x' ? 'xAxis' : 'yAxis']: value,
      label: {formatter: () => label, color: theme.faint, position: axis === 'x' ? 'insideEndTop' : 'insideMiddleTop'},
    })),
  };
}

// Labels.

const SIDES = ['right', 'left', 'top', 'bottom'] as const;
type Side = (typeof SIDES)[number];

const LABEL_HEIGHT = 12;
const LETTER_WIDTH = 7.5;
const GAP = 5;
/** What the axes and their numbers take of a chart, about. */
const MARGIN = 90;

/** A rectangle by its middle, in pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Chooses a side of its point for each label, where it covers no other point and no other label; right where there is none. */
function labelSides(points: readonly ScatterPoint[], size: ChartSize): Side[] {
  const toX = pixels(
    points.map(({x}) => x),
    size.width - MARGIN,
  );
  const toY = pixels(
    points.map(({y}) => y),
    size.height - MARGIN,
  );
  const places = points.map(point => {
    const diameter = diameterOf(point);
    return {x: toX(point.x), y: -toY(point.y), width: diameter, height: diameter};
  });
  const taken = [...places];
  return points.map(({label}, index) => {
    const candidates = SIDES.map(side => ({side, box: labelBox(places[index]!, label, side)}));
    const {side, box} = candidates.find(each => !taken.some(other => overlap(each.box, other))) ?? candidates[0]!;
    taken.push(box);
    return side;
  });
}

function pixels(values: readonly number[], length: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return value => (most === least ? 0 : ((value - least) * length) / (most - least));
}

function labelBox({x, y, width, height}: Box, label: string, side: Side): Box {
  const text = {width: label.length * LETTER_WIDTH, height: LABEL_HEIGHT};
  const beside = width / 2 + GAP + text.width / 2;
  const above = height / 2 + GAP + text.height / 2;
  switch (side) {
    case 'right':
      return {x: x + beside, y, ...text};
    case 'left':
      return {x: x - beside, y, ...text};
    case 'top':
      return {x, y: y - above, ...text};
    case 'bottom':
      return {x, y: y + above, ...text};
  }
}

const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
