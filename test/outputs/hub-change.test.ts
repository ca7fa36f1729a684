import { describe, expect, test } from 'bun:test';
import type { OutputEvent } from '../../src/base/event.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import { Hub } from '../../src/outputs/hub.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { KeepingOutput } from '../support/keeping-output.ts';
import { TsMaker } from '../support/ts-packets.ts';
import { WrittenVideo } from '../support/written-video.ts';

/** A hub whose encoder makes a picture whenever it is asked for one. */
class Stage {
  readonly clock = new FakeClock();
  readonly events: OutputEvent[] = [];
  readonly hub: Hub;
  readonly #video = new WrittenVideo(new TsMaker());
  #pictures = 0;

  constructor(...outputs: KeepingOutput[]) {
    const emit = (event: OutputEvent) => void this.events.push(event);
    this.hub = new Hub({ clock: this.clock, timeline: new Timeline(), silence: undefined, emit }, outputs);
    this.hub.feed(this.#video, {
      join: { kind: 'first-of-session' },
      periodTicks: 3_750,
      isWarmedUp: false,
    });
  }

  async pictures(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      await this.#video.picture(this.#pictures % 5 === 0);
      this.#pictures += 1;
    }
  }
}

/** An output that takes its time to end. */
function slowOutput(name: string) {
  const closing = Promise.withResolvers<void>();
  return { output: new KeepingOutput(name, closing.promise), end: closing.resolve };
}

describe('while a video goes on', () => {
  test('another output joins, and the one before notices nothing', async () => {
    const [one, two] = [new KeepingOutput('one'), new KeepingOutput('two')];
    const { hub, ...stage } = open(one);
    await stage.pictures(3);
    hub.change([one, two]);
    await stage.pictures(3);
    expect(one.numbers).toEqual([0, 1, 2, 3, 4, 5]);
    expect(one.closedWithinMs).toBeUndefined();
    // What came since the last keyframe, the present GOP has for it.
    expect(two.gop?.number).toBe(2);
    expect(two.numbers).toEqual([3, 4, 5]);
  });

  test('an output that is not wanted any more has a moment to hand on what it has, and gets nothing more', async () => {
    const [one, two] = [new KeepingOutput('one'), new KeepingOutput('two')];
    const { hub, ...stage } = open(one, two);
    await stage.pictures(3);
    hub.change([two]);
    await stage.pictures(3);
    expect(one.numbers).toEqual([0, 1, 2]);
    expect(one.closedWithinMs).toBe(1_600);
    expect(two.numbers).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('its figures are told once more, and then never again', async () => {
    const [one, two] = [new KeepingOutput('one'), new KeepingOutput('two')];
    const { hub, ...stage } = open(one, two);
    hub.change([two]);
    await stage.clock.advanceMs(2_500);
    const told = stage.events.filter(({ output }) => output === 'one');
    expect(told.map(({ kind }) => kind)).toEqual(['output-figures']);
  });

  test('another one of the same name begins once that one has ended', async () => {
    const { output: before, end } = slowOutput('camera');
    const after = new KeepingOutput('camera');
    const { hub, ...stage } = open(before);
    await stage.pictures(2);
    hub.change([after]);
    await stage.pictures(2);
    expect(after.gop).toBeUndefined();
    expect(after.numbers).toEqual([]);
    end();
    await stage.pictures(2);
    expect(after.gop).toBeDefined();
    expect(after.numbers).toEqual([4, 5]);
  });

  test('of those that wait for that only the last one begins, once', async () => {
    const { output: before, end } = slowOutput('camera');
    const [second, third] = [new KeepingOutput('camera'), new KeepingOutput('camera')];
    const { hub, ...stage } = open(before);
    hub.change([second]);
    hub.change([third]);
    hub.change([third]);
    end();
    await stage.pictures(1);
    expect(second.gop).toBeUndefined();
    expect(third.numbers).toEqual([0]);
  });
});

test('a hub that is closed waits for those that were leaving, and takes no others', async () => {
  const { output: leaving, end } = slowOutput('one');
  const { hub, ...stage } = open(leaving);
  hub.change([]);
  let isClosed = false;
  const closed = hub.close(1_000).then(() => (isClosed = true));
  await settle();
  expect([isClosed, hub.isClosed]).toEqual([false, true]);
  const late = new KeepingOutput('two');
  hub.change([late]);
  expect(late.gop).toBeUndefined();
  end();
  await closed;
  await stage.pictures(0);
});

test('a hub that is closed does not wait for one that does not end', async () => {
  const { output: leaving } = slowOutput('one');
  const { hub, ...stage } = open(leaving);
  hub.change([]);
  const closed = hub.close(1_000);
  await stage.clock.advanceMs(1_000);
  await closed;
});

function open(...outputs: KeepingOutput[]) {
  const stage = new Stage(...outputs);
  return {
    hub: stage.hub,
    clock: stage.clock,
    events: stage.events,
    pictures: (count: number) => stage.pictures(count),
  };
}
