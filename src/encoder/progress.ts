/** One report of ffmpeg about itself. */
export interface Progress {
  /** Frames encoded since this ffmpeg was started. */
  readonly frames: number;
  /** Bytes written since the start; absent where the output cannot tell. */
  readonly sizeBytes?: number;
}

/**
 * Reads ffmpeg's `-progress` output: `key=value` lines in blocks that end with `progress=continue` or `progress=end`
 * (`print_report` in fftools/ffmpeg.c). Takes lines, gives a report at the end of each whole block.
 */
export class ProgressParser {
  #block = new Map<string, string>();

  /** @returns the report, if this line ends a block */
  line(line: string): Progress | undefined {
    const separator = line.indexOf('=');
    if (separator < 0) return undefined;
    const key = line.slice(0, separator).trim();
    this.#block.set(key, line.slice(separator + 1).trim());
    if (key !== 'progress') return undefined;
    const block = this.#block;
    this.#block = new Map();
    return toProgress(block);
  }
}

function toProgress(block: ReadonlyMap<string, string>): Progress {
  const sizeBytes = numberOf(block.get('total_size'));
  return {
    frames: numberOf(block.get('frame')) ?? 0,
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
