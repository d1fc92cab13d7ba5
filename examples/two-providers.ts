/**
 * Two providers with one API: another model, another key, another path. OpenAI's client asks the first; steadfetch goes to the second.
 *
 * `npx node examples/two-providers.ts` starts both on this machine. Each refuses keys and models that are not its own. The exit code is 0 if
 * every call was answered.
 */
import OpenAI from 'openai';
import {SystemClock} from '../src/core/system-clock.ts';
import {useModelEndpoints, useTranslate} from '../src/features.ts';
import {createFetch, type Ports, reportOf} from '../src/fetch.ts';
import {columns} from './before-after/columns.ts';
import {type EndpointRequest, ModelEndpoint, type Reply} from './model-endpoint/endpoint.ts';
import type {Fault} from './model-endpoint/faults.ts';
import {throttled} from './model-endpoint/refusals.ts';
import {serve} from './model-endpoint/server.ts';

useModelEndpoints();
useTranslate();

/** What a provider accepts. In a program, keys come from the environment. */
const providers: Readonly<Record<string, {readonly model: string; readonly key: string}>> = {
  first: {model: 'large-1', key: 'key-of-first'},
  second: {model: 'other-70b', key: 'key-of-second'},
};

/** A model endpoint that notes who was asked, and refuses what belongs to the other provider. */
class Provider extends ModelEndpoint {
  readonly #name: string;
  readonly #note: (asked: string) => void;

  constructor(name: string, note: (asked: string) => void, fault: (prompt: string) => Fault | null) {
    super({clock: new SystemClock(), fault: ({asked}) => fault(asked.prompt)});
    this.#name = name;
    this.#note = note;
  }

  override async handle(request: EndpointRequest): Promise<Reply> {
    const {model, key} = providers[this.#name]!;
    const asked: {readonly model?: unknown} = JSON.parse(request.body);
    this.#note(`${this.#name} (${asked.model})`);
    const isOwn = asked.model === model && request.headers.authorization === `Bearer ${key}`;
    return isOwn ? super.handle(request) : {kind: 'response', status: 401, headers: {}, body: '{}'};
  }
}

/** The model has another name there; everything else of the API is the same. */
const translate: NonNullable<Ports['translate']> = ({text}, endpoint) =>
  text === undefined ? undefined : {body: JSON.stringify({...JSON.parse(text), model: providers[endpoint]!.model})};

const prepareAttempt: NonNullable<Ports['prepareAttempt']> = ({endpoint, headers}) => {
  if (endpoint !== undefined) headers.set('authorization', `Bearer ${providers[endpoint]!.key}`);
};

/** The questions, and what happens to each at the first provider. */
const questions: readonly (readonly [prompt: string, isStreamed: boolean, happens: string, fault: Fault | null])[] = [
  ['question 1', false, 'answers', null],
  ['question 2', true, 'begins its stream with an overload', {kind: 'error event', error: 'overloaded', after: 'head'}],
  ['question 3', false, 'asks for a pause of 30 s', {kind: 'refused', refusal: throttled({'retry-after': '30'})}],
  ['question 4', true, 'is in its pause, and is not asked', null],
];

export interface Answered {
  readonly prompt: string;
  readonly happens: string;
  /** The providers that were asked, each with the model. */
  readonly asked: readonly string[];
  readonly answeredBy: string;
  readonly text: string;
}

export async function ask(): Promise<readonly Answered[]> {
  let asked: string[] = [];
  const note = (provider: string): void => void asked.push(provider);
  const faultOf = (prompt: string): Fault | null => questions.find(([each]) => each === prompt)?.[3] ?? null;
  const servers = await Promise.all([
    serve(new Provider('first', note, faultOf)),
    serve(new Provider('second', note, () => null)),
  ]);
  const [first, second] = servers.map(({origin}) => origin);
  const fetch = createFetch(
    {
      extends: ['steadfetch:llm'],
      endpoints: [
        {name: 'first', origin: first!, basePath: '/v1', rank: 1},
        {name: 'second', origin: second!, basePath: '/openai/v1', rank: 2},
      ],
      // A completion leaves nothing behind, so it may be made at both.
      failover: {sharedKeys: true},
      // A learned rate passes over the first for a moment after each failure, which is not what is shown here.
      quota: null,
    },
    {translate, prepareAttempt},
  );
  const client = new OpenAI({baseURL: `${first}/v1`, apiKey: providers.first!.key, fetch, maxRetries: 0});
  const answers: Answered[] = [];
  for (const [prompt, isStreamed, happens] of questions) {
    asked = [];
    const {text, response} = await answerOf(client, prompt, isStreamed);
    answers.push({prompt, happens, asked, answeredBy: reportOf(response)?.endpoint ?? 'none', text});
  }
  await Promise.all(servers.map(server => server.close()));
  return answers;
}

async function answerOf(
  client: OpenAI,
  prompt: string,
  isStreamed: boolean,
): Promise<{text: string; response: Response}> {
  const request = {model: providers.first!.model, messages: [{role: 'user' as const, content: prompt}], max_tokens: 16};
  if (!isStreamed) {
    const {data, response} = await client.chat.completions.create(request).withResponse();
    return {text: data.choices[0]!.message.content ?? '', response};
  }
  const {data, response} = await client.chat.completions.create({...request, stream: true}).withResponse();
  let text = '';
  for await (const {choices} of data) text += choices[0]?.delta.content ?? '';
  return {text, response};
}

if (import.meta.main) {
  const answers = await ask();
  const rows = answers.map(({prompt, happens, asked, answeredBy}) => [prompt, happens, asked.join(', '), answeredBy]);
  console.log(
    columns(
      [['', 'the first provider', 'asked, with the model', 'answered by'], ...rows],
      ['left', 'left', 'left', 'left'],
    ).join('\n'),
  );
  const answered = answers.filter(({prompt, text}) => text.includes(prompt)).length;
  console.log(`\nanswered: ${answered} of ${answers.length}`);
  process.exitCode = answered === answers.length ? 0 : 1;
}
