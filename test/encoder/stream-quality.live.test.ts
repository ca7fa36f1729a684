import { afterAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { encoderArguments, type VideoSettings } from '../../src/encoder/arguments.ts';
import { SilentTrack } from '../../src/mpegts/silent-track.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import { Hub } from '../../src/outputs/hub.ts';
import { OutputAccount } from '../../src/outputs/output-account.ts';
import { ReconnectingOutput } from '../../src/outputs/reconnecting-output.ts';
import type { FeedHow } from '../../src/outputs/video-feed.ts';
import { FakeCarrier } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Folder } from '../support/folder.ts';
import { inPieces } from '../support/in-pieces.ts';
import { stepsOf, tsQuality } from '../support/ts-quality.ts';
import { decoderWords, output, probe } from '../support/video.ts';

const FORMAT = { pixelFormat: 'gray', widthPx: 320, heightPx: 240, sizeBytes: 320 * 240 };
const ENCODED_BYTES = (FORMAT.sizeBytes * 3) / 2;
const RATE = 24;
const PERIOD_TICKS = 90_000 / RATE;
const FRAMES = 60;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const STEP_TICKS = 6 * 1_920;
/** From one picture to the next at 24 a second, as broadcasters measure it. */
const PCR_MOST_MS = 42;
const TABLES_MOST_MS = 100;
/** An encoder that takes over has told of the service with the picture that only warmed it up. */
const SERVICE_MOST_MS = 1_000;

const SETTINGS: VideoSettings = {
  frameRate: { numerator: BigInt(RATE), denominator: 1n },
  preset: 'ultrafast',
  tune: 'zerolatency',
  crf: 23,
  keyframeIntervalS: 1,
  serviceName: 'camera 1',
};

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** Pictures that move, as the program hands them to ffmpeg. */
function pictures(count: number): Uint8Array {
  const bytes = new Uint8Array(count * ENCODED_BYTES).fill(128);
  for (let index = 0; index < count; index += 1) {
    for (let place = 0; place < FORMAT.sizeBytes; place += 1) {
      bytes[index * ENCODED_BYTES + place] = 16 + ((place + 7 * index) % 199);
    }
  }
  return bytes;
}

/** The video of an ffmpeg as the program starts it; with one more picture where it is warmed up. */
function encode(settings: VideoSettings, isWarmedUp: boolean): AsyncIterable<Uint8Array> {
  const args = encoderArguments(settings, FORMAT, { kind: 'pipe', fd: 1, isWarmedUp });
  const stdin = pictures(isWarmedUp ? FRAMES + 1 : FRAMES);
  return inPieces(Bun.spawn(['ffmpeg', ...args], { stdin, stdout: 'pipe', stderr: 'inherit' }).stdout);
}

/** Sessions, one after the other, that go to the same receiver. */
class Sessions {
  readonly #clock = new FakeClock();
  readonly #timeline = new Timeline();
  readonly #account = new OutputAccount();
  readonly #silence: SilentTrack | undefined;

  constructor(
    private readonly settings: VideoSettings,
    hasSilence: boolean,
  ) {
    this.#silence = hasSilence ? new SilentTrack() : undefined;
  }

  /** Three encoders, of which the second takes over and the third comes after one picture was lost. @returns what was sent */
  async run(): Promise<Uint8Array> {
    const carrier = new FakeCarrier();
    const common = {
      clock: systemClock,
      emit: () => {},
      settleMs: 0,
      random: () => 1,
      account: this.#account,
    };
    const receiver = new ReconnectingOutput({ ...common, name: 'receiver', open: async () => carrier });
    const timeline = this.#timeline;
    // No time passes between two encoders, however long this machine takes to start one.
    const hub = new Hub({ clock: this.#clock, timeline, silence: this.#silence, emit: () => {} }, [receiver]);
    for (const [join, isWarmedUp] of [
      [{ kind: 'first-of-session' }, false],
      [{ kind: 'goes-on', lostFrames: 0 }, true],
      [{ kind: 'goes-on', lostFrames: 1 }, true],
    ] satisfies [FeedHow['join'], boolean][]) {
      const how = { join, isWarmedUp, periodTicks: PERIOD_TICKS };
      await hub.feed(encode(this.settings, isWarmedUp), how).ended;
    }
    await hub.close(10_000);
    return carrier.received;
  }

  /** Nothing is sent. */
  async pause(durationMs: number): Promise<void> {
    await this.#clock.advanceMs(durationMs);
  }
}

function written(name: string, bytes: Uint8Array): string {
  const path = folder.file(name);
  writeFileSync(path, bytes);
  return path;
}

function most(gapsMs: readonly number[]): number {
  return Math.max(...gapsMs);
}

describe.each([
  ['zerolatency, silent', { ...SETTINGS }, true],
  ['zerolatency, none', { ...SETTINGS }, false],
  ['B-frames, silent', bFrames(), true],
] as const)('the stream of several encoders and sessions (%s)', (name, settings, hasSilence) => {
  test('is one that a broadcast engineer accepts', async () => {
    const sessions = new Sessions(settings, hasSilence);
    const first = await sessions.run();
    await sessions.pause(30_000);
    const second = await sessions.run();

    const quality = tsQuality(Buffer.concat([first, second]));
    expect(quality.continuityErrors).toEqual([]);
    expect(quality.jumps).toBe(3);
    expect(quality.pcrGapsMs.length).toBe(6 * FRAMES - 1 - 3);
    expect(Math.min(...quality.pcrGapsMs)).toBeGreaterThan(0);
    expect(most(quality.pcrGapsMs)).toBeLessThanOrEqual(PCR_MOST_MS);
    expect(most(quality.patGapsMs)).toBeLessThanOrEqual(TABLES_MOST_MS);
    expect(most(quality.pmtGapsMs)).toBeLessThanOrEqual(TABLES_MOST_MS);
    expect(quality.sdtGapsMs.length).toBeGreaterThan(10);
    expect(most(quality.sdtGapsMs)).toBeLessThanOrEqual(SERVICE_MOST_MS);
    expect(quality.ptsTicks.get(VIDEO_PID)?.length).toBe(6 * FRAMES);

    for (const [part, bytes] of [first, second].entries()) {
      const path = written(`${name}-${part}.ts`, bytes);
      expect(await decoderWords(path)).toBe('');
      const tags = (await probe(path, '-show_entries', 'program_tags=service_name,service_provider')).join(
        '',
      );
      expect(tags).toContain('service_name=camera 1');
      expect(tags).toContain('service_provider=cosmos-video-builder');
      const streams = await probe(path, '-show_entries', 'stream=codec_name,sample_rate,channels');
      const isAudio = streams.map((line) => line.includes('codec_name=aac'));
      expect(isAudio.filter(Boolean).length > 0).toBe(hasSilence);
      if (!hasSilence) continue;
      expect(streams).toContain('codec_name=aac|sample_rate=48000|channels=2');
      const samples = await output('ffmpeg', '-v', 'warning', '-i', path, '-map', '0:a', '-f', 's16le', '-');
      expect(samples.length).toBeGreaterThan(7 * 48_000 * 4);
      expect(samples.every((byte) => byte === 0)).toBe(true);
    }
  }, 60_000);
});

describe.each([
  ['zerolatency', { ...SETTINGS }],
  ['B-frames', bFrames()],
])('silence (%s)', (_, settings) => {
  test('has no gap and is ahead of the clock, up to where time jumps', async () => {
    const sessions = new Sessions(settings, true);
    const first = await sessions.run();
    await sessions.pause(30_000);
    const { ptsTicks, leadsMs, packets } = tsQuality(Buffer.concat([first, await sessions.run()]));
    const audio = ptsTicks.get(AUDIO_PID) ?? [];
    const jumps = stepsOf(audio).filter((step) => step !== STEP_TICKS);
    expect(jumps.length).toBe(1);
    expect(jumps[0]).toBeGreaterThan(29 * 90_000);
    const leads = leadsMs.get(AUDIO_PID) ?? [];
    // The clock is 100 ms behind the first picture, more with B-frames, and the silence up to 256 ms ahead of it.
    expect(Math.min(...leads)).toBeGreaterThanOrEqual(100);
    expect(most(leads)).toBeLessThan(600);
    expect(audio.length * 188 * 8).toBeLessThan(32_000 * ((2 * 3 * FRAMES) / RATE));
    expect(packets).toBeGreaterThan(audio.length);
  }, 60_000);
});

test('one who joins later gets both tracks, from a keyframe on', async () => {
  const [early, late] = [new FakeCarrier(), new FakeCarrier()];
  const joins = Promise.withResolvers<FakeCarrier>();
  const common = { clock: systemClock, emit: () => {}, settleMs: 0, random: () => 1 };
  const outputs = [
    new ReconnectingOutput({ ...common, name: 'early', open: async () => early }),
    new ReconnectingOutput({ ...common, name: 'late', open: () => joins.promise }),
  ];
  const parts = {
    clock: new FakeClock(),
    timeline: new Timeline(),
    silence: new SilentTrack(),
    emit: () => {},
  };
  const hub = new Hub(parts, outputs);
  const how = { join: { kind: 'first-of-session' }, isWarmedUp: false, periodTicks: PERIOD_TICKS } as const;
  await hub.feed(encode(SETTINGS, false), how).ended;
  joins.resolve(late);
  const goesOn = { ...how, join: { kind: 'goes-on', lostFrames: 0 }, isWarmedUp: true } as const;
  await hub.feed(encode(SETTINGS, true), goesOn).ended;
  await hub.close(10_000);
  const { continuityErrors, ptsTicks } = tsQuality(late.received);
  expect(continuityErrors).toEqual([]);
  expect(ptsTicks.get(VIDEO_PID)?.length).toBeGreaterThanOrEqual(FRAMES);
  expect(new Set(stepsOf(ptsTicks.get(AUDIO_PID)))).toEqual(new Set([STEP_TICKS]));
  expect(ptsTicks.get(VIDEO_PID)?.length).toBeLessThan(
    tsQuality(early.received).ptsTicks.get(VIDEO_PID)?.length ?? 0,
  );
  const path = written('late.ts', late.received);
  expect(await decoderWords(path)).toBe('');
  expect((await probe(path, '-show_entries', 'stream=codec_name')).join(' ')).toContain('codec_name=aac');
}, 60_000);

/** Without a tune x264 looks ahead, and has B-frames. */
function bFrames(): VideoSettings {
  const { tune: _, ...settings } = SETTINGS;
  return { ...settings, preset: 'veryfast' };
}

describe('the name of the service', () => {
  test.each([
    ['-x=y "q\' \\z', '-x=y "q\' \\z'],
    ['Kamera Süd 東', 'Kamera Süd 東'],
    ['🛰'.repeat(64), '🛰'.repeat(57)],
  ])(
    'is %s to ffprobe',
    async (serviceName, shown) => {
      const bytes = await new Sessions({ ...SETTINGS, serviceName }, true).run();
      const path = written('named.ts', bytes);
      const words = await output('ffprobe', '-v', 'error', '-of', 'json', '-show_programs', path);
      expect(JSON.parse(new TextDecoder().decode(words))).toMatchObject({
        programs: [{ tags: { service_name: shown, service_provider: 'cosmos-video-builder' } }],
      });
    },
    60_000,
  );
});
