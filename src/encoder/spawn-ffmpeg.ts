import { ffmpegEnvironment } from './ffmpeg-environment.ts';

/** A program that only says its version has this long on a busy machine. */
const TRIAL_LIMIT_MS = 5_000;

/** A running ffmpeg whose output and words are ours to read. */
export type FfmpegChild = Bun.Subprocess<'ignore' | number, 'pipe', 'pipe'>;

/**
 * Starts ffmpeg, which every run of it does here: with no more of our environment than it needs, in a process group of its
 * own, and so that the kernel kills it when this program is gone, even by SIGKILL and even if it is stopped itself.
 * Throws the system's error where it cannot be started.
 * @param stdin its standard input: nothing, or a descriptor, which the caller closes afterwards
 * @param moreFds what it gets as descriptors 3 and on; the caller closes them afterwards
 */
export function spawnFfmpeg(
  ffmpeg: string,
  args: readonly string[],
  stdin: 'ignore' | number,
  moreFds: readonly number[] = [],
): FfmpegChild {
  return Bun.spawn([...dyingWithUs(ffmpeg), ...args], {
    stdio: [stdin, 'pipe', 'pipe', ...moreFds],
    env: ffmpegEnvironment(process.env),
    // A process group of its own: Ctrl-C is for us, and we end the session in order.
    detached: true,
  });
}

/** To all that it has started, too: a script that runs ffmpeg would else leave it behind, with our pipes open. */
export function signalFfmpeg(child: FfmpegChild, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has just ended.
  }
}

/**
 * Throws the system's error where ffmpeg is no program: of one that is started by setpriv, an exit status is all that comes
 * back. For an ffmpeg that has failed; it is killed at once.
 */
export function assertIsProgram(ffmpeg: string): void {
  const env = ffmpegEnvironment(process.env);
  Bun.spawn([ffmpeg, '-version'], { stdio: ['ignore', 'ignore', 'ignore'], env }).kill('SIGKILL');
}

/** Without setpriv, ffmpeg ends at the end of its input. What is no program is left to the system, which says why. */
function dyingWithUs(ffmpeg: string): readonly string[] {
  const path = Bun.which(ffmpeg);
  return path === null ? [ffmpeg] : [...findWrapper(), path];
}

let wrapper: readonly string[] | undefined;

/**
 * What has the kernel kill a program with its parent (PR_SET_PDEATHSIG), and is that program itself from then on: setpriv
 * of util-linux, 1 to 2 ms. The runtime has no such option. Tried once: another setpriv (busybox) does not know it.
 */
function findWrapper(): readonly string[] {
  if (wrapper) return wrapper;
  const setpriv = Bun.which('setpriv');
  if (setpriv === null) return (wrapper = []);
  const command = [setpriv, '--pdeathsig', 'KILL', '--'];
  const { exitCode } = Bun.spawnSync([...command, setpriv, '--version'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: TRIAL_LIMIT_MS,
  });
  // One that was too slow this time is tried again.
  if (exitCode === null) return [];
  return (wrapper = exitCode === 0 ? command : []);
}
