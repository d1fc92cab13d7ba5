/**
 * The parts of Apache ECharts that the charts are drawn with, each by its own module: those of `echarts/charts` import every chart, which takes a
 * quarter of a second. The build puts the parts into this file, so that no user installs ECharts.
 */
import 'echarts/lib/chart/bar';
import 'echarts/lib/chart/custom';
import 'echarts/lib/chart/line';
import 'echarts/lib/chart/scatter';
import 'echarts/lib/component/grid';
import 'echarts/lib/component/markArea';
import 'echarts/lib/component/markLine';
import {init, use} from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';

use([SVGRenderer]);

/** What a chart shows, in the options of ECharts. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** In pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** What ECharts gives to `renderItem` of a custom series, as far as it is used. */
export interface RenderApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(range: readonly [number, number]): [number, number];
}
export interface RenderParams {
  readonly dataIndex: number;
}

/** The SVG of a chart, without a script. */
export function renderSvg(option: ChartOption, {width, height}: ChartSize): string {
  const chart = init(null, null, {renderer: 'svg', ssr: true, width, height});
  try {
    chart.setOption({animation: false, ...option});
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
