import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { Child } from '../support/child.ts';
import { freeUdpPort } from '../support/ports.ts';
import { childrenOf, commandOf } from '../support/processes.ts';
import { PATIENT_LATENCY } from '../support/receiver.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { output, probe } from '../support/video.ts';

const LIMIT_MS = 60_000;

test(
  'what is received is H.264 in 4:2:0 at the rate asked for, without B-frames, with keyframes 2 s apart',
  async () => {
    await using stage = await Stage.open();
    const receiver = await stage.receiver('received.ts', PATIENT_LATENCY);
    const builder = stage.builder({ DESTINATION: receiver.address, FRAMERATE: '30000/1001' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    const seconds = 5.5;
    await stage.writer.writeAll(30 * seconds, (index) => (index * 1000) / 30);
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    const [stream] = await probe(receiver.path, '-show_entries', 'stream');
    for (const pair of [
      'codec_name=h264',
      'pix_fmt=yuv420p',
      'color_range=tv',
      'color_space=bt709',
      'has_b_frames=0',
      'r_frame_rate=30000/1001',
      'width=320',
      'height=240',
    ]) {
      expect(stream?.split('|')).toContain(pair);
    }
    const packets = await probe(receiver.path, '-show_entries', 'packet=flags');
    const keyframes = packets.flatMap((packet, index) => (packet.includes('flags=K') ? [index] : []));
    expect(keyframes.slice(0, 3)).toEqual([0, 60, 120]);
    const types = await probe(receiver.path, '-show_entries', 'frame=pict_type');
    expect(types.filter((type) => type.includes('pict_type=B'))).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'an odd size is padded to an even one, and the operator is told',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('odd.ts');
    const builder = stage.builder({ DESTINATION: path, RESOLUTION: '321x241', FORMAT: 'gray' });
    await builder.line(/321x241 is odd.*322x242/);
    await builder.line(/connected/);
    const write = () => stage.redis.xadd('imagestream', '*', 'pixels', Buffer.alloc(321 * 241, 128));
    for (let index = 0; index < 8; index += 1) await write();
    await builder.line(/streaming to/);
    expect(await builder.stop()).toBe(0);
    expect(await probe(path, '-show_entries', 'stream=width,height')).toContain('width=322|height=242');
  },
  LIMIT_MS,
);

test(
  'the COSMOS transcoder gets its HLS segments, joining in the middle',
  async () => {
    await using stage = await Stage.open();
    const [inPort, outPort] = [await freeUdpPort(), await freeUdpPort()];
    const relayed = `srt://127.0.0.1:${outPort}`;
    await using relay = new Child([
      'srt-live-transmit',
      `srt://127.0.0.1:${inPort}?mode=listener&${PATIENT_LATENCY}`,
      `${relayed}?mode=listener&${PATIENT_LATENCY}`,
    ]);
    const builder = stage.builder({ DESTINATION: `srt://127.0.0.1:${inPort}` });
    await builder.line(/connected/);
    const playlist = stage.file('live.m3u8');
    const segments = () => readdirSync(stage.folder.path).filter((name) => name.endsWith('.ts'));
    let transcoder: Child | undefined;
    try {
      await stage.writer.writeUntil(
        async () => {
          // The transcoder joins once the stream has run for a while: between two keyframes.
          if (stage.writer.number > 40) transcoder ??= new Child(transcoderCommand(relayed, playlist));
          return segments().length >= 4;
        },
        24,
        45_000,
      );
    } finally {
      await transcoder?.[Symbol.asyncDispose]();
    }
    expect(relay.text).not.toContain('ERROR');
    const durations = [...(await Bun.file(playlist).text()).matchAll(/#EXTINF:([\d.]+)/g)].map(secondsOf);
    expect(durations.length).toBeGreaterThanOrEqual(2);
    for (const duration of durations.slice(1)) expect(duration).toBeCloseTo(2, 1);
    const frames = await output('ffmpeg', '-v', 'error', '-i', stage.file('live1.ts'), '-f', 'framecrc', '-');
    expect(new TextDecoder().decode(frames).split('\n').length).toBeGreaterThan(40);
  },
  LIMIT_MS,
);

function secondsOf(match: RegExpMatchArray): number {
  return Number(match[1]);
}

function transcoderCommand(source: string, playlist: string): string[] {
  return [
    ['ffmpeg', '-v', 'error', '-nostdin', '-i', source, '-sc_threshold', '0'],
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '500k', '-g', '48'],
    ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0', playlist],
  ].flat();
}

test(
  'a passphrase and a stream id reach the receiver, but neither the log nor the arguments of ffmpeg',
  async () => {
    await using stage = await Stage.open();
    const receiver = await stage.receiver('secret.ts', 'passphrase=correct-horse');
    const secrets = ['correct-horse', 'cam-one-of-two'];
    const builder = stage.builder({
      DESTINATION: `${receiver.address}?passphrase=${secrets[0]}&streamid=${secrets[1]}`,
      LOG_LEVEL: 'debug',
    });
    await builder.line(/connected/);
    let commandLines = '';
    await stage.writer.writeUntil(async () => {
      commandLines += childCommandLines(builder.pid);
      return builder.count(/streaming to/) > 0;
    });
    await receiver.received(1000);
    expect(await builder.stop()).toBe(0);
    expect(commandLines).toContain('libx264');
    for (const secret of secrets) {
      expect(builder.text).not.toContain(secret);
      expect(commandLines).not.toContain(secret);
    }
  },
  LIMIT_MS,
);

test(
  'a wrong passphrase is named as the cause, and the connection is tried again with growing waits',
  async () => {
    await using stage = await Stage.open();
    const receiver = await stage.receiver('secret.ts', 'passphrase=correct-horse');
    const DESTINATION = `${receiver.address}?passphrase=battery-staple`;
    // The same failure is said at the level of errors once a minute.
    const builder = stage.builder({ DESTINATION, LOG_LEVEL: 'debug' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(
      async () => builder.count(/failed: .*passphrase.*trying again in (2.[0-5]) s/) > 0,
    );
    expect(builder.count(/trying again in 1.[0-3] s/)).toBe(1);
    expect(builder.text).not.toContain('battery-staple');
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

function childCommandLines(pid: number): string {
  return childrenOf(pid).flatMap(commandOf).join('\n');
}

test(
  'the video of an untouched destination stays: the next stream goes to another file',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('recording.ts');
    const builder = stage.builder({ DESTINATION: path, IDLE_TIMEOUT: '1' });
    await builder.line(/connected/);
    for (const nth of [1, 2]) {
      await stage.writer.writeUntil(async () => builder.count(/streaming to/) === nth);
      await builder.line(/no new frame on imagestream for 1 s/, { nth });
      await builder.line(/waiting for frames/, { nth: nth + 1 });
    }
    expect(builder.text).toMatch(/streaming to \S+recording-2\.ts/);
    expect(await builder.stop()).toBe(0);
    for (const name of ['recording.ts', 'recording-2.ts']) {
      expect(await probe(stage.file(name), '-show_entries', 'stream=codec_name')).toContain(
        'codec_name=h264',
      );
    }
    await until(async () => readdirSync(stage.folder.path).length === 2, 'two recordings');
  },
  LIMIT_MS,
);
