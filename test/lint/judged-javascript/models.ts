import {ChatAnthropic} from '@langchain/anthropic';
import {generateObject} from 'ai';
import OpenAI from 'openai';
import {schema} from './schema';

export const openai = new OpenAI({timeout: 30_000, maxRetries: 2});
export const chat = new ChatAnthropic({model: 'claude-sonnet-4'});
export const objects = (prompt: string, model: never) => generateObject({model, schema, prompt, maxRetries: 1});
