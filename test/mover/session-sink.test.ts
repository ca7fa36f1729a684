import { describe, expect, test } from 'bun:test';
import { LAST_FRAME_LIMIT_MS } from '../../src/base/stop-budget.ts';
import { SessionSink } from '../../src/mover/session-sink.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { fakeFrame } from '../support/fake-reader.ts';
import { follow } from '../support/reader-stage.ts';
import { gone, StageInput } from './stage-input.ts';

const frame = (number: number) => fakeFrame(number, 0n);
const { id: FIRST } = frame(1);
const { id: SECOND } = frame(2);

function stage() {
  const clock = new FakeClock();
  const [before, next] = [new StageInput(clock), new StageInput(clock)];
  return { clock, before, next, sink: new SessionSink(before, clock) };
}

describe('a switch from one input to another', () => {
  test('puts each frame into one of them, ends the one before, and counts what that was handed', async () => {
    const { before, next, sink } = stage();
    await sink.write(frame(1));
    await sink.prepare(next, frame(1));
    await sink.write(frame(2));
    expect(sink.switch()).toBe(2);
    await sink.write(frame(3));
    expect([before.written, next.warmedWith, next.written]).toEqual([
      [FIRST, SECOND],
      [FIRST],
      [frame(3).id],
    ]);
    expect([before.end, next.end]).toEqual(['finished', undefined]);
    await sink.prepare(new StageInput(new FakeClock()), frame(3));
    expect(sink.switch()).toBe(1);
  });

  test('lets the one before have the end of the picture that is being written', async () => {
    const { clock, before, next, sink } = stage();
    await sink.prepare(next, frame(1));
    before.writeMs = LAST_FRAME_LIMIT_MS - 1;
    const writing = follow(sink.write(frame(1)));
    expect(sink.switch()).toBe(1);
    await clock.advanceMs(LAST_FRAME_LIMIT_MS - 2);
    expect([writing.outcome.kind, before.end]).toEqual(['open', undefined]);
    await clock.advanceMs(1);
    expect([writing.outcome.kind, before.end]).toEqual(['value', 'finished']);
    expect(before.written).toEqual([FIRST]);
    expect(clock.sleeperCount).toBe(0);
  });

  test.each([
    [0, LAST_FRAME_LIMIT_MS],
    [300, LAST_FRAME_LIMIT_MS - 300],
    [LAST_FRAME_LIMIT_MS + 200, 0],
  ])(
    'holds up the ticks no longer in all than a last frame may take where that hangs: %d ms before, %d after',
    async (ms, leftMs) => {
      const { clock, before, next, sink } = stage();
      await sink.prepare(next, frame(1));
      before.writeMs = 60_000;
      const writing = follow(sink.write(frame(1)));
      await clock.advanceMs(ms);
      sink.switch();
      await clock.advanceMs(Math.max(0, leftMs - 1));
      expect(writing.outcome.kind).toBe(leftMs > 0 ? 'open' : 'value');
      await clock.advanceMs(1);
      // The picture is lost, which is no failure of the session.
      expect(writing.outcome.kind).toBe('value');
      expect([before.end, before.written]).toEqual(['closed', []]);
      await sink.write(frame(2));
      expect(next.written).toEqual([SECOND]);
    },
  );

  test('right after another one ends at once what got no frame in between', async () => {
    const { clock, before, next, sink } = stage();
    const third = new StageInput(clock);
    await sink.prepare(next, frame(1));
    before.writeMs = 200;
    void sink.write(frame(1));
    sink.switch();
    await sink.prepare(third, frame(1));
    expect(sink.switch()).toBe(0);
    await settle();
    expect([before.end, next.end, third.end]).toEqual([undefined, 'finished', undefined]);
    await clock.advanceMs(200);
    expect([before.end, third.end]).toEqual(['finished', undefined]);
  });

  test('is refused where no input was prepared, or it was dropped', async () => {
    const { next, before, sink } = stage();
    expect(() => sink.switch()).toThrow('no input was prepared');
    await sink.prepare(next, frame(1));
    sink.dropPrepared();
    expect(next.end).toBe('closed');
    expect(() => sink.switch()).toThrow('no input was prepared');
    await sink.write(frame(1));
    expect([before.written, before.end]).toEqual([[FIRST], undefined]);
  });

  test('is what it takes to go on after an input has failed: half a picture may be in it', async () => {
    const { before, next, sink } = stage();
    before.fault = gone('broken');
    expect(await sink.write(frame(1)).catch(String)).toContain('broken');
    before.fault = undefined;
    expect(await sink.write(frame(2)).catch(String)).toContain('broken');
    expect(before.written).toEqual([]);
    await sink.prepare(next, frame(2));
    expect(sink.switch()).toBe(2);
    await sink.write(frame(2));
    expect(next.written).toEqual([SECOND]);
  });
});

describe('an input that is prepared', () => {
  test('takes the place of one that was prepared before', async () => {
    const { clock, next, sink } = stage();
    const other = new StageInput(clock);
    next.writeMs = 100;
    const warming = follow(sink.prepare(next, frame(1)));
    await sink.prepare(other, frame(2));
    await settle();
    expect([next.end, warming.outcome.kind]).toEqual(['closed', 'error']);
    sink.switch();
    expect(other.end).toBeUndefined();
  });

  test('and cannot be warmed up is closed, and what it is given all the same fails', async () => {
    const { before, next, sink } = stage();
    next.fault = gone('broken');
    expect(await sink.prepare(next, frame(1)).catch(String)).toContain('broken');
    expect(next.end).toBe('closed');
    next.fault = undefined;
    sink.switch();
    expect(await sink.write(frame(1)).catch(String)).toContain('its input is closed');
    expect(before.written).toEqual([]);
  });
});

describe('the end of a session', () => {
  test('closes what was prepared, and finishes what frames went to', async () => {
    const { before, next, sink } = stage();
    await sink.prepare(next, frame(1));
    await sink.finish();
    expect([before.end, next.end]).toEqual(['finished', 'closed']);
  });

  test('at once closes all, also the one that has the rest of a picture to take', async () => {
    const { clock, before, next, sink } = stage();
    const third = new StageInput(clock);
    await sink.prepare(next, frame(1));
    before.writeMs = 400;
    const writing = follow(sink.write(frame(1)));
    sink.switch();
    await sink.prepare(third, frame(1));
    sink.close();
    await settle();
    expect([before, next, third].map(({ end }) => end)).toEqual(['closed', 'closed', 'closed']);
    expect(writing.outcome.kind).toBe('value');
    expect(clock.sleeperCount).toBe(0);
  });
});
