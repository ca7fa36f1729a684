import { createTestPicture, type TestPicture } from '../../src/test-picture/test-picture.ts';

/** Fields of noise that take turns: enough that an encoder finds nothing of a picture in those before. */
const FIELDS = 5;
/** The part of the picture that is noise, at its lower edge: the number above it stays readable. */
const NOISE_PART = 1 / 3;
/** What `crypto.getRandomValues` takes at a time. */
const RANDOM_BYTES = 65_536;

/**
 * Test pictures whose lower part is noise, as at night: an encoder needs as many bits for it as it may use, where plain test pictures
 * need next to none.
 */
export function createNoisyPicture(format: Parameters<typeof createTestPicture>[0]): TestPicture {
  const plain = createTestPicture(format);
  const { sizeBytes } = plain;
  const fields = Array.from({ length: FIELDS }, () => noise(Math.floor(sizeBytes * NOISE_PART)));
  return {
    sizeBytes,
    draw(frameNumber, into) {
      const pixels = plain.draw(frameNumber, into);
      const field = fields[frameNumber % FIELDS];
      if (field) pixels.set(field, sizeBytes - field.length);
      return pixels;
    },
  };
}

function noise(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += RANDOM_BYTES) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES));
  }
  return bytes;
}
