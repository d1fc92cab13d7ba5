import Anthropic from '@anthropic-ai/sdk';

const anthropic = new Anthropic({maxRetries: 0, timeout: 60_000});

export async function ask(question) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await anthropic.messages.create({model: 'claude-sonnet-4', max_tokens: 500, messages: [{role: 'user', content: question}]});
    } catch (error) {
      if (attempt === 3 || !(error.status >= 500)) throw error;
      await new Promise(resolve => setTimeout(resolve, Math.random() * 1000 * 2 ** attempt));
    }
  }
}
