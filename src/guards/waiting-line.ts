/** A line, first come first served. Linked through its members, so that joining allocates nothing and leaving is one step. */

export interface LineMember<M> {
  /** @internal */ ahead: M | null;
  /** @internal */ behind: M | null;
}

export class WaitingLine<M extends LineMember<M>> {
  #first: M | null = null;
  #last: M | null = null;
  #size = 0;

  get first(): M | null {
    return this.#first;
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

  /** The member has to be in this line. */
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
