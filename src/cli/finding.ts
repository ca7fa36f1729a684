/** One thing that `check` looked at. */
export interface Finding {
  readonly isGood: boolean;
  /** What is so; where it is not good, with what to do. */
  readonly text: string;
}

/** A finding that asks for nothing. */
export function good(text: string): Finding {
  return { isGood: true, text };
}

/** A finding with what to do about it. */
export function bad(text: string): Finding {
  return { isGood: false, text };
}
