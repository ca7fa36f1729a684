/** One picture of the video as it lies in packets: an access unit, in the words of ISO/IEC 13818-1. */
export interface AccessUnit {
  /** Where its first packet begins in the packets that it was found in. */
  readonly offsetBytes: number;
  /** Whether decoding can begin here. */
  readonly isKeyframe: boolean;
  /** When it is shown, as written in the stream: 90 kHz, modulo 2^33. */
  readonly ptsTicks: number;
  /** When it is decoded, as written in the stream: 90 kHz, modulo 2^33. */
  readonly dtsTicks: number;
}
