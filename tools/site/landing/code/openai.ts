import OpenAI from 'openai';
import {modelFetch} from '../../../../src/models.ts';

export const client: OpenAI = new OpenAI({fetch: modelFetch(), maxRetries: 0});
