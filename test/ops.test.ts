/** What operators load: that it names what is measured, and opens nothing to the world. */
import {readdirSync, readFileSync} from 'node:fs';
import {metrics} from '@opentelemetry/api';
import {expect} from 'chai';
import {parse} from 'yaml';
import {Instruments} from '../src/telemetry/instruments.ts';

const root = new URL('../ops/', import.meta.url);
const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter(path => /\.(?:ya?ml|json)$/.test(path));
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/**
 * Names as Prometheus makes them of OTLP: dots to underscores, the unit at the end, `_total` for counters, `_ratio` for the unit 1.
 * @see Prometheus, UnderscoreEscapingWithSuffixes
 */
function prometheusNames(): Set<string> {
  const names = new Set<string>();
  const meter = metrics.getMeter('names');
  const add =
    (suffixes: readonly string[]) =>
    (name: string, {unit = ''}: {unit?: string} = {}) => {
      const unitName = unit === 's' ? '_seconds' : unit === '1' ? '_ratio' : '';
      for (const suffix of suffixes) names.add(`${name.replaceAll('.', '_')}${unitName}${suffix}`);
      return {addCallback() {}};
    };
  const recorder = Object.assign(Object.create(meter), {
    createHistogram: add(['_bucket', '_count', '_sum']),
    createCounter: add(['_total']),
    createObservableUpDownCounter: add(['']),
    createObservableGauge: add(['']),
  });
  new Instruments(recorder);
  return names;
}

describe("operators' files", () => {
  it('are there', () => {
    expect(files.map(path => path.replaceAll('\\', '/'))).to.include.members([
      'compose.yaml',
      'grafana/steadfetch.json',
      'prometheus/alerts.yaml',
      'prometheus/alerts.test.yaml',
    ]);
  });

  for (const path of files) {
    it(`${path} parses, and names only metrics that exist`, () => {
      const text = read(path);
      expect(() => (path.endsWith('.json') ? JSON.parse(text) : parse(text))).to.not.throw();
      const known = prometheusNames();
      const used = Array.from(
        text.matchAll(/\bsteadfetch_(?:client|circuit_breaker)_[a-z_]+\b(?=\{|\)|\[| |")(?!\s*[=!]~?=?)/g),
        ([name]) => name,
      );
      if (/alerts|steadfetch\.json/.test(path)) expect(used.length).to.be.above(4);
      const labels = new Set(['steadfetch_circuit_breaker_name', 'steadfetch_circuit_breaker_state']);
      for (const name of used) if (!labels.has(name)) expect(known).to.include(name);
    });
  }

  it('bind every port to the loopback', () => {
    const {services} = parse(read('compose.yaml')) as {services: Record<string, {ports: string[]; image: string}>};
    expect(services).not.to.be.empty;
    for (const [name, {ports, image}] of Object.entries(services)) {
      expect(image, name).to.match(/:v?\d+\.\d+\.\d+$/);
      for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:/);
    }
  });

  it('have an alert for retries, breakers, budgets, failures, quotas and queues, each with words for people', () => {
    const {groups} = parse(read('prometheus/alerts.yaml')) as {
      groups: {rules: {alert: string; for: string; annotations: Record<string, string>}[]}[];
    };
    const rules = groups.flatMap(group => group.rules);
    expect(rules.map(({alert}) => alert)).to.deep.equal([
      'SteadfetchRetryRatioHigh',
      'SteadfetchCircuitBreakerOpen',
      'SteadfetchRetryBudgetLow',
      'SteadfetchRetryBudgetExhausted',
      'SteadfetchCallsFailing',
      'SteadfetchQuotaRefusesCalls',
      'SteadfetchConcurrencyQueueLong',
      'SteadfetchPaidAttemptsHigh',
    ]);
    for (const {alert, annotations, for: duration} of rules) {
      expect(Object.keys(annotations), alert).to.deep.equal(['summary', 'description']);
      expect(duration, alert).to.match(/^\d+m$/);
    }
  });

  it('have a dashboard whose panels say what they show', () => {
    const {panels} = JSON.parse(read('grafana/steadfetch.json')) as {
      panels: {id: number; title: string; description: string; targets: {expr: string}[]}[];
    };
    expect(new Set(panels.map(({id}) => id)).size).to.equal(panels.length);
    for (const {title, description, targets} of panels) {
      expect(description, title).to.match(/^[A-Z].*\.$/);
      expect(targets, title).to.not.be.empty;
    }
  });
});
