import Anthropic from '@anthropic-ai/sdk';

const anthropic = new Anthropic();

export async function ask(question) {
  let lastError;
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      return await anthropic.messages.create({model: 'claude-sonnet-4', max_tokens: 500, messages: [{role: 'user', content: question}]});
    } catch (error) {
      lastError = error;
      await new Promise(resolve => setTimeout(resolve, Math.random() * 1000 * 2 ** attempt));
    }
  }
  throw lastError;
}
