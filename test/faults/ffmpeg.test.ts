import { expect, test } from 'bun:test';
import { script } from '../support/script.ts';
import { FaultStage, lasting } from './fault-stage.ts';

const LIMIT_MS = 120_000;
const KILLS = 5;

test.concurrent(
  'an ffmpeg that is killed five times is followed by another one each time, in the same video',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    for (let nth = 1; nth <= KILLS; nth += 1) {
      process.kill(await program.ffmpegPid(), 'SIGKILL');
      await program.line(/failed: killed by signal 9/, { nth });
      await program.line(/the next ffmpeg encodes/, { nth });
    }
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an ffmpeg that is stopped for 3 s goes on where it was',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    const ffmpeg = await program.ffmpegPid();
    process.kill(ffmpeg, 'SIGSTOP');
    await lasting(3000);
    process.kill(ffmpeg, 'SIGCONT');
    await program.streamsAgain();
    expect(await program.ffmpegPid()).toBe(ffmpeg);
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an ffmpeg that stays stopped is ended, and another one started',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    process.kill(await program.ffmpegPid(), 'SIGSTOP');
    await program.line(/ffmpeg failed: ffmpeg has taken no whole frame for 10 s/);
    await program.line(/the next ffmpeg encodes/);
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an encoder that is too slow is named, and what it does not take is dropped',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming({ FFMPEG: slowFfmpeg(stage) });
    await program.line(/ffmpeg cannot keep up: \d+\.\d of 24.00/);
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

/** A real ffmpeg that reads its frames at half the rate at which they come. */
function slowFfmpeg(stage: FaultStage): string {
  const body = 'case "$*" in *pipe:0*) exec ffmpeg -readrate 0.5 "$@";; esac; exec ffmpeg "$@"';
  return script(stage.stage.folder, 'slow-ffmpeg', body);
}
