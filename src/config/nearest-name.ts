/** Names longer than this are not compared: nobody meant one of ours. */
const MAX_CHARACTERS = 64;

/**
 * The one of `names` that `name` is most likely a slip of, or undefined when none is near. Near is: at most a third of
 * the letters are wrong, but two always may be, so that swapped letters count; in names under four letters only one.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_CHARACTERS) return undefined;
  let nearest: string | undefined;
  let nearestDistance = allowedDistance(name) + 1;
  for (const candidate of names) {
    const distance = levenshtein(name, candidate);
    if (distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
}

function allowedDistance(name: string): number {
  return name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
}

/** How many letters have to be put in, taken out or changed to get from `a` to `b`. */
function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of a.split('').entries()) row = nextRow(row, index + 1, letter, b);
  return row.at(-1) ?? 0;
}

function nextRow(above: readonly number[], first: number, letter: string, b: string): number[] {
  const row = [first];
  let left = first;
  for (const [column, other] of b.split('').entries()) {
    const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
    left = Math.min(replaced, (above[column + 1] ?? 0) + 1, left + 1);
    row.push(left);
  }
  return row;
}
