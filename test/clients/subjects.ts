import type {Subject} from './subject.ts';
import {ai} from './subjects/ai.ts';
import {anthropic} from './subjects/anthropic.ts';
import {apollo} from './subjects/apollo.ts';
import {axios} from './subjects/axios.ts';
import {genai} from './subjects/genai.ts';
import {graphqlRequest} from './subjects/graphql-request.ts';
import {heyApi} from './subjects/hey-api.ts';
import {hono} from './subjects/hono.ts';
import {langchain} from './subjects/langchain.ts';
import {mcp} from './subjects/mcp.ts';
import {octokit} from './subjects/octokit.ts';
import {openai} from './subjects/openai.ts';
import {openapiFetch} from './subjects/openapi-fetch.ts';
import {s3} from './subjects/s3.ts';
import {stripe} from './subjects/stripe.ts';
import {supabase} from './subjects/supabase.ts';
import {urql} from './subjects/urql.ts';

/** By the ids of the catalogue. */
export const subjects: Readonly<Record<string, Subject>> = {
  openai,
  anthropic,
  ai,
  octokit,
  supabase,
  stripe,
  mcp,
  'openapi-fetch': openapiFetch,
  apollo,
  'graphql-request': graphqlRequest,
  urql,
  s3,
  genai,
  langchain,
  hono,
  axios,
  'hey-api': heyApi,
};
