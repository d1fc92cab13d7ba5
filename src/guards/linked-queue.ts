/** A FIFO queue, linked through its members: joining allocates nothing, and a member leaves from anywhere in constant time. */

export interface QueueMember<M> {
  /** @internal */ ahead: M | null;
  /** @internal */ behind: M | null;
}

export class LinkedQueue<M extends QueueMember<M>> {
  #first: M | null = null;
  #last: M | null = null;
  #size = 0;

  get first(): M | null {
    return this.#first;
  }

  get last(): M | null {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  has(member: M): boolean {
    return member.ahead !== null || this.#first === member;
  }

  add(member: M): void {
    member.ahead = this.#last;
    if (this.#last === null) this.#first = member;
    else this.#last.behind = member;
    this.#last = member;
    this.#size++;
  }

  /** The member has to be in this queue. */
  remove(member: M): void {
    const {ahead, behind} = member;
    if (ahead === null) this.#first = behind;
    else ahead.behind = behind;
    if (behind === null) this.#last = ahead;
    else behind.ahead = ahead;
    member.ahead = null;
    member.behind = null;
    this.#size--;
  }
}
