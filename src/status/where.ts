/** Where the video of a session goes. */
export interface Where {
  /** As they are named: the destinations, or the places that their video goes to. */
  readonly destinations: readonly string[];
  /** The folder of the recorder; absent where there is none. */
  readonly recorder?: string | undefined;
}

/** The stream by its destinations, or the recording by its folder where there is no destination. */
type WhereInWords =
  | { readonly stream: string; readonly recording?: undefined }
  | { readonly recording: string; readonly stream?: undefined };

/** Names as they stand in a sentence: `A`, `A and B`, `A, B and C`. */
export function listInWords(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** A recorder beside destinations speaks for itself. */
export function whereInWords({ destinations, recorder }: Where): WhereInWords {
  if (destinations.length === 0 && recorder !== undefined) return { recording: recorder };
  return { stream: listInWords(destinations) };
}

/** What is opened where a session begins. */
export function openedInWords(where: Where): string {
  const { stream, recording } = whereInWords(where);
  return recording === undefined ? stream : `the recording in ${recording}`;
}
