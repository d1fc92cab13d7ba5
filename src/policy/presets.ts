// Generated from schema/source/policy.schema.json by schema/generate.ts. Do not edit.
// biome-ignore-all format: laid out by its generator

import {deepFreeze} from './freeze.ts';
import type {PolicyInput, RouteInput} from './types.ts';

/** The paths of each name. */
const posted = (rows: string): RouteInput[] =>
  rows.split(', ').flatMap(row => {
    const [name, ...paths] = row.split(' ');
    return paths.map(path => ({match: {methods: ['POST'], path}, name, idempotentMethods: ['POST']}));
  });

/** What `extends` knows by name. Each is also a file in schema/presets. */
export const presets: Readonly<Record<string, PolicyInput>> = /* @__PURE__ */ (() => deepFreeze<Record<string, PolicyInput>>({
  /** Nothing is changed: every field has its default. Three attempts of 8 s and, throttled, waits of at most 1 s and 2 s make 3 · 8000 + 3000 = 27000 ms, inside the deadline of 30000 ms. */
  'steadfetch:default': {version: 1, name: 'default'},
  /** A user is waiting, so the call is over after 10 s, with an answer or without. Three attempts of 2.5 s and waits of at most 250 ms and 1 s make 3 · 2500 + 1250 = 8750 ms; throttled, both waits are at most 1 s: 3 · 2500 + 2000 = 9500 ms. Both fit, so the last attempt is never cut short. A server that asks for more than 3 s is told to the caller at once instead of being waited for. In an outage a call waits up to 2.5 s for its end, but only in the first 33 s of it. */
  'steadfetch:interactive': {
    version: 1,
    name: 'interactive',
    maxAttempts: 3,
    deadlineMs: 10000,
    attemptTimeoutMs: 2500,
    idleTimeoutMs: 10000,
    backoff: {kind: 'exponential', baseMs: 250, throttledBaseMs: 1000, factor: 4, capMs: 1000, jitter: 'full'},
    retryAfter: {maxMs: 3000},
    breaker: {kind: 'adaptive', maxWaitMs: 2500, maxAgeMs: 33000},
  },
  /** Model endpoints throttle more than they fail, say for how long, and answer slowly. Hints of up to 2 min are waited for. The rate is learned, for each key and model, since vendors limit by both: a burst is spread instead of refused, 10 calls at once, then twice as many each second until the first 429; what the server admits between two pauses is kept to. Calls wait in line for up to 5 min, since the SDKs of OpenAI and Anthropic give up a request after 10. Error bodies are read: an account without credit is not asked again, and many vendors name the wait only there. An attempt has 10 min, as in the SDKs of OpenAI and Anthropic, and more where the request asks for more than 21400 output tokens. An answer that the model may have generated is paid for: a timeout is not retried, and at most two attempts may have to be paid for. A refusal costs nothing, so twelve of them do not count toward the four attempts; retries stay below 1.6 a call, so that an overloaded endpoint gets fewer requests than from the SDKs, which retry twice. So one attempt of 10 min and throttled waits of at most 2, 8 and 8 s make 600000 + 18000 = 618000 ms; the deadline of 20 min leaves 582 s of room for hints. Both bound the time to the headers, or to the first content of a stream, which has to come within 5 min of them: a model may think that long without a word. After it a stream may run as long as it brings data at most 5 min apart. Bodies of up to 32 MiB, with images, can be sent again. POST may be sent twice on the known inference paths only, where a second send costs tokens and changes nothing, and not where the body asks for more, such as a job in the background; any other POST, such as one that creates a file or a batch, keeps the default. A model endpoint that is down is waited for for up to 1 min, in the first 2 min of the outage. */
  'steadfetch:llm': {
    version: 1,
    name: 'llm',
    maxAttempts: 4,
    deadlineMs: 1200000,
    attemptTimeoutMs: 600000,
    idleTimeoutMs: 300000,
    stream: {commit: 'content', firstContentMs: 300000, holdBytes: 65536},
    backoff: {kind: 'exponential', baseMs: 500, throttledBaseMs: 2000, factor: 4, capMs: 8000, jitter: 'full'},
    retryOn: [408, 409, 421, 424, 425, 429, '5xx', 'network', 'timeout'],
    retryAfter: {maxMs: 120000},
    quota: {learn: true, maxWaitMs: 300000, per: ['credential', 'model']},
    budget: {kind: 'ratio', ratio: 1.6, windowMs: 10000, minPerSecond: 1},
    breaker: {kind: 'adaptive', maxWaitMs: 60000, maxAgeMs: 120000},
    refusals: {readBytes: 16384},
    paid: {afterTimeout: false, maxPaidAttempts: 2, maxFreeAttempts: 12, attemptTimeoutPerOutputTokenMs: 28},
    replayLimitBytes: 33554432,
    routes: [
      ...posted('llm.chat /**/chat/completions, llm.completions /**/completions, llm.responses /**/v1/responses, llm.azure-responses /**/openai/responses, llm.messages /**/v1/messages, llm.count-tokens /**/v1/messages/count_tokens, llm.generate-content /**/*:generateContent, llm.stream-generate-content /**/*:streamGenerateContent, llm.gemini-count-tokens /**/*:countTokens, llm.embed-content /**/*:embedContent, llm.batch-embed-contents /**/*:batchEmbedContents, llm.vertex-raw-predict /**/*:rawPredict, llm.vertex-stream-raw-predict /**/*:streamRawPredict, llm.inference /**/*:predict /**/*:explain /**/v2/chat /**/v1/chat /**/embed /**/rerank /**/multimodalembeddings /**/v1/ocr /**/api/chat /**/api/generate /generate /generate_stream /embed_* /predict /completion /v2/models/**/infer /v2/models/*/generate /v2/models/*/generate_stream /predictions/* /endpoints/*/invocations /serving-endpoints/*/invocations /endpoints/*/invocations-response-stream /v1/predictions /v1/models/*/*/predictions /v1/deployments/*/*/predictions /hf-inference/models/** /models/*/* /client/v4/accounts/*/ai/run/*/*/* /api/v1/services/aigc/*/* /api/v1/services/embeddings/** /ml/v1/text/* /model/*/count-tokens, llm.bedrock-invoke /model/*/invoke, llm.bedrock-invoke-stream /model/*/invoke-with-response-stream, llm.bedrock-converse /model/*/converse, llm.bedrock-converse-stream /model/*/converse-stream, llm.embeddings /**/embeddings, llm.moderations /**/moderations, llm.speech /**/audio/speech, llm.transcriptions /**/audio/transcriptions, llm.translations /**/audio/translations, llm.images /**/images/generations, llm.image-edits /**/images/edits, llm.image-variations /**/images/variations'),
    ],
  },
  /** One endpoint of a Model Context Protocol server takes every message by POST, and a tool that it calls may act, so a POST is repeated only where the server certainly did not act. Tools are slow: an attempt has 3 min for its headers. Three of them and, throttled, waits of at most 1 s and 2 s make 3 · 180000 + 3000 = 543000 ms, inside the deadline of 10 min. The stream that a GET opens, and the answer of a tool at work, may be silent for any time, so silence ends neither; the MCP client itself bounds how long it waits for an answer. */
  'steadfetch:mcp': {version: 1, name: 'mcp', maxAttempts: 3, deadlineMs: 600000, attemptTimeoutMs: 180000, idleTimeoutMs: null},
  /** Money must not move twice. Every POST and PATCH carries an Idempotency-Key, one per call and the same on every attempt; extend this preset only where the server deduplicates by it, as Stripe, Adyen and others do. Nothing is hedged. Ledgers are slow, so an attempt has 15 s: three of them and, throttled, waits of at most 1 s and 2 s make 3 · 15000 + 3000 = 48000 ms, inside the deadline of 60000 ms. The first wait is up to 500 ms, as in Stripe's own SDKs. A payment is worth waiting for: up to 10 s in the first minute of an outage, which leaves the deadline room for three attempts. */
  'steadfetch:payments': {
    version: 1,
    name: 'payments',
    maxAttempts: 3,
    deadlineMs: 60000,
    attemptTimeoutMs: 15000,
    idempotency: {header: 'Idempotency-Key', methods: ['POST', 'PATCH'], format: 'raw'},
    backoff: {kind: 'exponential', baseMs: 500},
    breaker: {kind: 'adaptive', maxWaitMs: 10000, maxAgeMs: 60000},
    hedge: null,
  },
  /** No user is waiting and much is sent, so patience is cheap and haste is not. Five attempts of 30 s and waits of at most 1, 4, 16 and 30 s make 5 · 30000 + 51000 = 201000 ms; throttled, at most 5, 20, 30 and 30 s: 5 · 30000 + 85000 = 235000 ms. Both fit in the deadline of 5 min. A hint of up to 2 min is waited for; a long one holds the next rows once a second refusal confirms it, because they would only be throttled too. The concurrency limit adapts, so that a batch slows down where the server throttles or times out; the batch itself bounds how many requests are under way. The rate is learned from throttled answers, which then cost no budget: a batch waits for its quota instead of failing. It has no limit before them, since the requests under way are bounded. A call waits up to 4 min for the end of an outage, however old that is. */
  'steadfetch:batch': {
    version: 1,
    name: 'batch',
    maxAttempts: 5,
    deadlineMs: 300000,
    attemptTimeoutMs: 30000,
    idleTimeoutMs: 60000,
    backoff: {kind: 'exponential', baseMs: 1000, throttledBaseMs: 5000, factor: 4, capMs: 30000, jitter: 'full'},
    retryAfter: {maxMs: 120000},
    concurrency: {kind: 'adaptive', start: 16, min: 1, queue: 100000},
    breaker: {kind: 'adaptive', maxWaitMs: 240000, maxAgeMs: null, queue: 100000},
    quota: {learn: true, startPerSecond: null, maxWaitMs: 240000, queue: 100000},
  },
  /** Observe only. No retries of ours (maxAttempts null), no timeouts, no guards, no keys and no ids: the caller's own loop keeps its retries and timeouts, and requests change only by the trace headers. Start here to see what a client does today. */
  'steadfetch:neutral': {
    version: 1,
    name: 'neutral',
    maxAttempts: null,
    deadlineMs: null,
    attemptTimeoutMs: null,
    idleTimeoutMs: null,
    idempotency: null,
    refusals: null,
    paid: null,
    budget: null,
    breaker: null,
    concurrency: null,
    hedge: null,
    stream: null,
    correlation: null,
  },
}))();
