/**
 * Tells refusals that come whatever the rate from those of a limit. Where as large a share is refused at less than half of the rate, the rate is
 * not the reason: it is what it was, and only a larger share counts from then on.
 */

/** The share of refusals follows so many answers. */
const SHARE_RATE = 1 / 32;
/** So many answers at less than half of the rate show something. */
const ENOUGH = 24;
/** As large: this part of the share. */
const SAME = 0.6;
/** A window that is used up refuses everything until it ends; by chance, half of the refusals stand alone. */
const FEW_TURNS = 4;
const ALONE = 0.5;
/** A share counts as larger from here on. */
const MARGIN = 1.6;
/** What takes longer is a window of the server's. */
const LONGEST_LOOK_MS = 30_000;
/** After so many admitted attempts without a refusal the next one is the first again. */
const CALM = 60;

class Answers {
  refused = 0;
  all = 0;
  /** How often an attempt was admitted after one that was refused. */
  turns = 0;

  get share(): number {
    return this.refused / this.all;
  }
}

export class RefusedAnyway {
  /** The share of answers that are refusals, of late; and the one that comes whatever the rate. */
  #share = 0;
  #tolerated = 0;
  #last: 0 | 1 = 0;
  /** The rate before it was lowered, 0 where it was not; and the answers at more and at less than half of it. */
  #top = 0;
  #topAt = 0;
  #above = new Answers();
  #below = new Answers();

  note(refused: 0 | 1, perSecond: number): void {
    this.#share += (refused - this.#share) * SHARE_RATE;
    if (this.#top === 0) return;
    const half = perSecond > this.#top / 2 ? this.#above : this.#below;
    half.refused += refused;
    half.all++;
    if (refused < this.#last) half.turns++;
    this.#last = refused;
  }

  /**
   * The rate after a refusal that does not count; null where it does.
   *
   * @param admitted Attempts since the last refusal that counted.
   */
  rateOf(perSecond: number, admitted: number, now: number): number | null {
    if (this.#share <= this.#tolerated) return perSecond;
    if (this.#top === 0 || admitted > CALM || now - this.#topAt > LONGEST_LOOK_MS) {
      this.#topAt = now;
      this.#top = perSecond;
      this.#above = new Answers();
      this.#below = new Answers();
      return null;
    }
    const {all, refused, turns, share} = this.#below;
    const isChance = all >= ENOUGH && turns >= Math.max(FEW_TURNS, refused * ALONE);
    if (!isChance || share < this.#above.share * SAME) return null;
    this.#tolerated = Math.min(1, share * MARGIN);
    const top = this.#top;
    this.#top = 0;
    return top;
  }
}
