import { codePointLength, isBlank, toStorable, truncate } from "@holdfast/contract";

/**
 * The text of one step as it comes in. What it gives out is storable and whole: half a surrogate pair waits for its other half,
 * white space at the beginning for the first visible character (a step of white space alone says nothing), and at most `room`
 * code points pass.
 */
export class AnswerText {
  said = "";
  isFull = false;
  #held = "";
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  /** What can be said of it now; often all, sometimes nothing yet. */
  add(delta: string): string {
    const text = this.#held + delta;
    const whole = endsInHalf(text) ? text.slice(0, -1) : text;
    if (this.said === "" && isBlank(whole)) {
      this.#held = text;
      return "";
    }
    this.#held = text.slice(whole.length);
    return this.#say(whole);
  }

  /** The rest, when no more will come. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return this.said === "" && isBlank(rest) ? "" : this.#say(rest);
  }

  #say(text: string): string {
    const storable = toStorable(text);
    const length = codePointLength(storable);
    const said = length > this.#room ? truncate(storable, this.#room) : storable;
    this.isFull = length > this.#room;
    this.#room -= Math.min(length, this.#room);
    this.said += said;
    return said;
  }
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
