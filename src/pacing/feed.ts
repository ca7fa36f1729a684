/** Brings frames from the reader to the holder at the pace that its method asks for. */
export interface Feed {
  /** Runs until `signal` aborts, then rejects with its reason or returns. */
  run(signal: AbortSignal): Promise<void>;
  /** A tick had to repeat a frame because no other was there. */
  onStarvedTick(nowNs: bigint): void;
}
