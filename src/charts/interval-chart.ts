/** Values with their confidence intervals, a row each. */
import {type Axis, colorOf, rowsOf} from './axes.ts';
import {type ChartSize, type RenderApi, type RenderParams, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

export interface IntervalChart {
  readonly x: Axis;
  readonly rows: readonly IntervalRow[];
}

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function intervalChart({x, rows}: IntervalChart, theme: Theme, size: ChartSize): string {
  const names = rows.map(({name}) => name);
  const {xAxis, ...rest} = rowsOf(x, names, theme);
  return renderSvg(
    {
      ...rest,
      // An interval says nothing about its distance to 0.
      xAxis: {...xAxis, scale: true},
      series: {
        type: 'custom',
        silent: true,
        data: rows.map(({low, high}, row) => [low, row, high]),
        encode: {x: [0, 2], y: 1},
        renderItem: ({dataIndex}: RenderParams, api: RenderApi) =>
          shapeOf(rows[dataIndex]!, dataIndex, api, colorOf(theme, dataIndex)),
      },
    },
    size,
  );
}

const CAP_HEIGHT = 12;

function shapeOf({value, low, high}: IntervalRow, row: number, api: RenderApi, color: string) {
  const [left, y] = api.coord([low, row]);
  const [right] = api.coord([high, row]);
  const [middle] = api.coord([value, row]);
  const style = {stroke: color, lineWidth: 2};
  const cap = (x: number) => ({
    type: 'line',
    shape: {x1: x, x2: x, y1: y - CAP_HEIGHT / 2, y2: y + CAP_HEIGHT / 2},
    style,
  });
  return {
    type: 'group',
    children: [
      {type: 'line', shape: {x1: left, x2: right, y1: y, y2: y}, style},
      cap(left),
      cap(right),
      {type: 'circle', shape: {cx: middle, cy: y, r: 5}, style: {fill: color}},
    ],
  };
}
