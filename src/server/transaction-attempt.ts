/** What a handler did in a transaction. A runner that repeats transactions calls `begin` for each repetition. */
export class TransactionAttempt<Made extends {readonly status: number}> {
  made: Made | null = null;
  thrown: {readonly error: unknown} | null = null;
  isUndone = false;

  begin(): void {
    this.made = null;
    this.thrown = null;
    this.isUndone = false;
  }

  /** @throws What the handler throws. */
  async run(work: () => Promise<Made>): Promise<Made> {
    try {
      this.made = await work();
      return this.made;
    } catch (error) {
      this.thrown = {error};
      throw error;
    }
  }

  /** @returns The error that rolls the transaction back. */
  undone({status}: Made): Error {
    this.isUndone = true;
    return new Error(`The response with status ${status} is not a result, so its transaction is rolled back.`);
  }
}
