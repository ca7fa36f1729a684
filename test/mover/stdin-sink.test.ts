import { describe, expect, test } from 'bun:test';
import { EncoderError } from '../../src/base/errors.ts';
import { StdinSink } from '../../src/mover/stdin-sink.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { follow } from '../support/reader-stage.ts';
import { until } from '../support/until.ts';

/** More than any pipe holds. */
const BIG_BYTES = 8_000_000;

/** A real child with a pipe to it. */
function child(body: string) {
  const clock = new FakeClock();
  const process = Bun.spawn(['sh', '-c', body], { stdio: ['pipe', 'pipe', 'ignore'] });
  return { clock, process, sink: new StdinSink(process.stdin, clock) };
}

const big = { id: '1-0', pixels: new Uint8Array(BIG_BYTES).fill(7) };

describe('a frame for ffmpeg', () => {
  test('is handed over whole, however slowly it is read', async () => {
    const { clock, process, sink } = child('read go <&0; sleep 0.2; wc -c');
    const go = { id: '0-0', pixels: new TextEncoder().encode('go\n') };
    await sink.write(go);
    const write = follow(sink.write(big));
    await settle();
    expect(write.outcome.kind).toBe('open');
    await until(async () => write.outcome.kind !== 'open', 'end of the write');
    expect(write.outcome.kind).toBe('value');
    sink.end();
    expect((await process.stdout.text()).trim()).toBe(`${BIG_BYTES}`);
    expect(clock.sleeperCount).toBe(0);
  });

  test.each([
    ['at all', 'exec sleep 600'],
    ['but for a part of it', 'head -c 65536 > /dev/null; echo taken; exec sleep 600'],
  ])('that is not taken within 10 s %s is an error that says so', async (_, body) => {
    const { clock, process, sink } = child(body);
    const write = follow(sink.write(big));
    await clock.advanceMs(9_000);
    if (body.includes('taken')) await process.stdout.getReader().read();
    await clock.advanceMs(999);
    expect(write.outcome.kind).toBe('open');
    await clock.advanceMs(1);
    expect(write.outcome).toEqual({
      kind: 'error',
      error: new EncoderError('ffmpeg has taken no whole frame for 10 s', true),
    });
    process.kill('SIGKILL');
    await process.exited;
    sink.end();
    await settle();
  });

  test.each([
    ['ends in the middle of it', 'sleep 0.1; exit 1'],
    ['has closed its input', 'exec 0<&-; echo closed; exec sleep 600'],
  ])('for an ffmpeg that %s is an error that is no stall', async (_, body) => {
    const { clock, process, sink } = child(body);
    if (body.includes('closed')) await process.stdout.getReader().read();
    const write = follow(sink.write(big));
    await until(async () => write.outcome.kind !== 'open', 'end of the write');
    expect(write.outcome).toMatchObject({ kind: 'error', error: { name: 'EncoderError', isStall: false } });
    process.kill('SIGKILL');
    await process.exited;
    sink.end();
    expect(clock.sleeperCount).toBe(0);
  });
});
