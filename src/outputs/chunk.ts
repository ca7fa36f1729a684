/** Where a picture begins in the packets of a chunk. */
export interface PictureStart {
  readonly offsetBytes: number;
  /** Whether decoding can begin here. */
  readonly isKeyframe: boolean;
}

/** Whole packets of the video, and the pictures that begin in them. Nobody writes into it: several outputs hold the same one. */
export interface Chunk {
  readonly packets: Uint8Array;
  readonly pictures: readonly PictureStart[];
}

/** The part of a chunk from this picture on, without a copy. */
export function chunkFrom({ packets, pictures }: Chunk, first: PictureStart): Chunk {
  const { offsetBytes } = first;
  return {
    packets: packets.subarray(offsetBytes),
    pictures: pictures
      .filter((picture) => picture.offsetBytes >= offsetBytes)
      .map((picture) => ({ ...picture, offsetBytes: picture.offsetBytes - offsetBytes })),
  };
}

/** The last picture that decoding can begin with; undefined where there is none. */
export function lastKeyframe({ pictures }: Chunk): PictureStart | undefined {
  return pictures.findLast((picture) => picture.isKeyframe);
}
