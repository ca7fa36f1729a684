/** A long of C on 64-bit Linux. */
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * Reads a number as C's strtol() does: blanks and a sign before it, whatever follows it passed over, 0 where there is
 * none, and no further than a long goes. `auto` takes hexadecimal after 0x and octal after 0.
 */
export function cInteger(text: string, base: 'ten' | 'auto'): bigint {
  const pattern = base === 'ten' ? /^\s*([+-]?)(\d+)/ : /^\s*([+-]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)/i;
  const [, sign, digits] = pattern.exec(text) ?? [];
  if (digits === undefined) return 0n;
  const isOctal = base === 'auto' && /^0[0-7]+$/.test(digits);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const signed = sign === '-' ? -value : value;
  return signed < LEAST ? LEAST : signed > MOST ? MOST : signed;
}

/** A long as C puts it into an int: its lower 32 bits. */
export function toInt32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}
