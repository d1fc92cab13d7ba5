import {ChatOpenAI} from '@langchain/openai';
import {StringOutputParser} from '@langchain/core/output_parsers';

const model = new ChatOpenAI({model: 'gpt-4o-mini', temperature: 0}).withRetry({stopAfterAttempt: 3});
export const chain = model.pipe(new StringOutputParser());
