import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A picture as a screen shows it. */
export interface RgbPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  /** A pixel each, row by row: 0xRRGGBB. */
  readonly colours: Uint32Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** A pixel is one byte, the number of its colour (PNG, 11.2.1). */
const [BITS, INDEXED] = [8, 3];
const MOST_COLOURS = 256;

/** The picture as PNG (www.w3.org/TR/png-3). Where it has more colours than that has numbers for, near ones become one. */
export function png({ widthPx, heightPx, colours }: RgbPicture): Uint8Array {
  const { palette, numbers } = fewColours([...new Set(colours)].toSorted((one, other) => one - other));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([BITS, INDEXED], 8);
  // Before each row stands a 0: it has no filter.
  const rows = Buffer.alloc((widthPx + 1) * heightPx);
  colours.forEach((colour, index) => {
    rows[index + Math.floor(index / widthPx) + 1] = numbers.get(colour) ?? 0;
  });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** What a PNG of `png` shows, whoever has compressed it: all that stands in it, unpacked. */
export function unpacked(file: Uint8Array): Record<string, string> {
  const bytes = Buffer.from(file);
  const chunks: Record<string, string> = {};
  for (let at = SIGNATURE.length; at < bytes.length;) {
    const sizeBytes = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + sizeBytes);
    chunks[name] = (name === 'IDAT' ? inflateSync(data) : data).toString('hex');
    at += sizeBytes + 12;
  }
  return chunks;
}

/** Of these colours so many that are far from each other, and for each the number of the nearest of them. */
function fewColours(colours: readonly number[]) {
  const palette: number[] = [];
  const nearest = colours.map((colour) => ({ colour, number: 0, distance: Infinity }));
  for (let number = 0; number < Math.min(MOST_COLOURS, colours.length); number += 1) {
    const { colour } = nearest.reduce((farthest, next) =>
      next.distance > farthest.distance ? next : farthest,
    );
    palette.push(colour);
    for (const each of nearest) {
      const distance = distanceOf(colour, each.colour);
      if (distance < each.distance) Object.assign(each, { number, distance });
    }
  }
  return { palette, numbers: new Map(nearest.map(({ colour, number }) => [colour, number])) };
}

function distanceOf(one: number, other: number): number {
  const [from, to] = [channels(one), channels(other)];
  return from.reduce((sum, value, index) => sum + (value - (to[index] ?? 0)) ** 2, 0);
}

function channels(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}
