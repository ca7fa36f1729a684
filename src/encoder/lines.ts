/** A line longer than this is cut: nothing that ffmpeg says is that long, and memory must have a limit. */
const LONGEST_LINE_CHARS = 4_096;

/** Gives the lines of a byte stream one by one as they end; the last one also without its line break. */
export async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    // A carriage return at the end may be the first half of a line break.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n|\r(?!$)/);
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE_CHARS);
    for (const line of lines) yield line.slice(0, LONGEST_LINE_CHARS);
  }
  if (rest !== '') yield rest.replace(/\r$/, '').slice(0, LONGEST_LINE_CHARS);
}
