/** The landing page: a fault and its cure first, then how to begin. It needs no script. */
import {readFileSync} from 'node:fs';
import {escaped, type PlainPage, plainPage} from '../plain-page.ts';
import {base} from '../site.ts';
import {highlighted} from './code.ts';
import {type Card, type Fault, faultsOf, PATTERNS} from './demo.ts';
import type {Figures} from './figures.ts';
import {inline, listOf, type Table, tableOf, terminalOf} from './readme.ts';

export const LANDING_STYLE = 'landing.css';

export const landing: Pick<PlainPage, 'path' | 'title' | 'description'> = {
  path: 'index.html',
  title: 'steadfetch: retries that are safe to leave on',
  description:
    'One JSON policy for ky, fetch, undici, gRPC and model SDKs: retries with budgets, breakers and keys, a linter for CI and a span for each attempt.',
};

export function landingPage(figures: Figures): string {
  return plainPage({
    ...landing,
    head: `<link rel="stylesheet" href="${base}${LANDING_STYLE}">\n`,
    body: [PATTERNS, hero(figures), start(figures), data(figures), retried(), beside(figures), notFor()].join('\n'),
  });
}

const ACTIONS = {
  start: `<a class="button main" href="${base}getting-started.html">Get started</a>`,
  playground: `<a class="button" href="${base}playground/index.html">Playground</a>`,
  rules: `<a class="button" href="${base}rules/index.html">Read the rules</a>`,
};

/** Radio buttons: they work by keyboard and without a script. The style shows the panel of the checked one. */
function choice(name: string, legend: string, titles: readonly string[]): string {
  const options = titles.map(
    (title, index) =>
      `<input type="radio" name="${name}" id="${name}${index + 1}"${index === 0 ? ' checked' : ''}><label for="${name}${index + 1}">${title}</label>`,
  );
  return `<fieldset class="choice"><legend class="hidden">${legend}</legend>${options.join('')}</fieldset>`;
}

function hero(figures: Figures): string {
  const faults = faultsOf(figures);
  return `<div class="frame-wrap hero">
<div>
<h1>Retries that are safe to leave&nbsp;on</h1>
<p class="lead">One JSON policy for ky, fetch, undici, gRPC and the SDKs of model endpoints. It retries only what may be repeated, keeps an outage from growing, and records every attempt as a span in your traces.</p>
<div class="install"><code>npm i steadfetch</code><button class="copy" type="button" data-copy="npm i steadfetch">Copy</button></div>
<div class="actions">${ACTIONS.start}${ACTIONS.playground}</div>
</div>
<section class="demo" aria-label="What goes wrong, and what steadfetch does">
${choice(
  'fault',
  'What goes wrong',
  faults.map(({title}) => title),
)}
<div class="panels">
${faults.map(panel).join('\n')}
</div>
</section>
</div>`;
}

function panel({alone, ours, caption}: Fault, index: number): string {
  return `<div class="fault${index + 1}"><div class="pair">${card(alone, 'no')}${card(ours, 'yes')}</div><p class="caption">${caption}</p></div>`;
}

const card = ({name, number, unit, picture, line}: Card, kind: string): string =>
  `<div class="card ${kind}"><h2>${name}</h2><p class="number">${number} <small>${unit}</small></p>${picture}${line === undefined ? '' : `<p class="small">${line}</p>`}</div>`;

const band = (title: string, lead: string, body: string): string =>
  `<section class="band"><div class="frame-wrap"><h2>${title}</h2>${lead === '' ? '' : `<p class="lead">${lead}</p>`}${body}</div></section>`;

const CLIENTS = {ky: 'ky', fetch: 'fetch', openai: 'OpenAI SDK', grpc: 'gRPC'} as const;

function start({defaults, trace}: Figures): string {
  const codes = Object.keys(CLIENTS).map((name, index) => {
    const source = readFileSync(new URL(`code/${name}.ts`, import.meta.url), 'utf8');
    return `<figure class="code client${index + 1}"><pre>${highlighted(source)}</pre></figure>`;
  });
  const percent = (ms: number): string => `${((100 * ms) / trace.durationMs).toFixed(1)}%`;
  const spans = trace.attempts.map(({fromMs, toMs, reason}, index) => {
    const isLast = index === trace.attempts.length - 1;
    // The words stand where there is room.
    const place =
      toMs < trace.durationMs / 2 ? `left:${percent(toMs + 12)}` : `right:${percent(trace.durationMs - fromMs + 12)}`;
    const outcome = reason === 'success' ? '200' : reason;
    return `<li><span>attempt ${index + 1}</span><span class="lane"><i class="${isLast ? 'good' : 'bad'}" style="left:${percent(fromMs)};width:${percent(toMs - fromMs)}"></i><b style="${place}">${outcome} · ${Math.round(toMs - fromMs)} ms</b></span></li>`;
  });
  return band(
    'Three lines, then leave it on',
    `Every field has a default: ${WORDS[defaults.attempts] ?? defaults.attempts} attempts, ${defaults.attemptSeconds}&nbsp;s for each, ${defaults.deadlineSeconds}&nbsp;s for the call, jitter, a retry budget and a circuit breaker.`,
    `<div class="two">
<div class="use">${choice('client', 'Client', Object.values(CLIENTS))}<div class="panels">${codes.join('\n')}</div>
<p class="small">Also undici, any function, and the SDKs of Anthropic, Google, AWS and Stripe: <a href="${base}clients.html">client libraries</a>.</p></div>
<figure><div class="trace"><ol aria-label="Spans of one call"><li><span><b>GET</b> call</span><span class="lane"><i style="left:0;width:100%"></i></span></li>${spans.join('')}</ol><p class="scale"><span>0</span><span>${Math.round(trace.durationMs)} ms</span></p></div>
<figcaption class="caption">A call of the simulator’s <code>brownout</code>: two attempts got 503, the third succeeded. In your traces, <code>node --import steadfetch/register app.js</code> sends an OpenTelemetry span for each. <a href="${base}jaeger.html">Reading traces</a></figcaption></figure>
</div>`,
  );
}

const WORDS: Readonly<Record<number, string>> = {1: 'one', 2: 'two', 3: 'three', 4: 'four', 5: 'five'};

function data({rules}: Figures): string {
  const steps = [
    [
      'Run it',
      'createFetch(policy)',
      'A wrong policy is refused when the client is made, and the error names every wrong field.',
    ],
    [
      'Lint it',
      'npx retry-lint',
      `<a href="${base}rules/index.html">${rules} rules</a>, with fixes, in CI. SARIF and six other formats.`,
    ],
    [
      'Simulate it',
      'npx steadfetch simulate',
      'The real engine on a virtual clock: what the policy does in an outage.',
    ],
    [
      'Edit it',
      'VS Code, Neovim, MCP',
      `Completion, findings and fixes while you type. Also in the <a href="${base}playground/index.html">playground</a>.`,
    ],
  ].map(([title, code, text]) => `<li><h3>${title}</h3><code>${code}</code><span class="small">${text}</span></li>`);
  return band(
    'The policy is data, so it can be checked',
    'The file that runs in production is the file that CI lints, the simulator runs and your editor completes.',
    `<ol class="four">${steps.join('\n')}</ol>
<figure class="code terminal"><figcaption>Terminal</figcaption><pre class="message">${colored(terminalOf('The linter'))}</pre></figure>`,
  );
}

/** The severity in its color, and the code as a link. */
const colored = (text: string): string =>
  escaped(text)
    .replaceAll(/(\s)error(\s+)(RL\d+)/g, `$1<b class="bad">error</b>$2<a href="${base}rules/$3.html">$3</a>`)
    .replaceAll(/\^+/g, '<b class="bad">$&</b>');

const LIGHTS: Readonly<Record<string, string>> = {green: 'good', yellow: 'warn', red: 'bad'};

function retried(): string {
  const {rows} = tableOf('What is retried');
  const lines = rows.map(([light = '', what = '', answer = '']) => {
    return `<tr><th scope="row"><span class="light ${LIGHTS[light]}"></span>${light}</th><td data-l="">${inline(what)}</td><td data-l="Retried">${inline(answer)}</td></tr>`;
  });
  return band(
    'What is retried',
    'A retry must be useful, because the failure may pass, and harmless: the server has not acted, or acting twice has the same effect.',
    `<div class="box"><table><thead><tr><th scope="col">Class</th><th scope="col">What happened</th><th scope="col">Retried</th></tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
  );
}

/** Of the rows in README.md. */
const SHOWN = ['T21b', 'T9', 'T60', 'T44'];

const SIGNS: Readonly<Record<string, string>> = {'✓': 'pass', '✗': 'fail'};

function beside({pitfalls}: Figures): string {
  const {head, rows}: Table = tableOf('Beside other libraries');
  const names = head.slice(2);
  const lines = SHOWN.map(id => {
    const [, what, ...cells] = rows.find(row => row[0] === id)!;
    return `<tr><th scope="row">${inline(what!)}</th>${cells.map((cell, index) => `<td data-l="${escaped(names[index]!)}" class="${SIGNS[cell] ?? 'none'}">${cell}</td>`).join('')}</tr>`;
  });
  return band(
    'Beside other libraries',
    `✓ passes, ✗ fails, – has no such part or leaves it to you, · not tried. Four of <a href="${base}conformance.html">${pitfalls} tested pitfalls</a>; the versions are named there.`,
    `<div class="box" tabindex="0" role="region" aria-label="Comparison with other libraries"><table class="marks"><thead><tr><th scope="col">What must hold</th>${names.map(name => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
  );
}

function notFor(): string {
  const items = listOf('Is it for you?').map(item => {
    const text = inline(item.replace(/[;.]$/, ''));
    return `<li><span>${text[0]!.toUpperCase()}${text.slice(1)}.</span></li>`;
  });
  return band(
    'It is not for you if',
    '',
    `<ul class="not">${items.join('')}</ul><div class="actions">${ACTIONS.start}${ACTIONS.rules}</div>`,
  );
}
