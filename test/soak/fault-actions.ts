import { childrenOf } from '../bench/process-usage.ts';
import type { Fault } from './faults.ts';
import { STEADY, STREAM } from './soak-source.ts';
import type { SoakStage } from './soak-stage.ts';

/** Makes it as it was before. */
type Undo = () => Promise<void> | void;

const NOTHING_TO_UNDO: Undo = () => {};

/** Lets a fault begin. @returns what ends it */
export async function begin(stage: SoakStage, fault: Fault): Promise<Undo> {
  const { source, disk, links } = stage.parts;
  switch (fault.kind) {
    case 'redis stopped':
    case 'redis killed':
    case 'stream deleted':
      return beginOfRedis(stage, fault.kind);
    case 'wrong entries':
      await source.writeWrong(fault.count, fault.sizeBytes);
      return NOTHING_TO_UNDO;
    case 'ffmpeg killed':
      signal(ffmpegs(stage), 'SIGKILL');
      return NOTHING_TO_UNDO;
    case 'ffmpeg stopped': {
      const stopped = ffmpegs(stage);
      signal(stopped, 'SIGSTOP');
      return () => signal(stopped, 'SIGCONT');
    }
    case 'link black-holed':
    case 'link narrowed':
    case 'link lossy':
      return beginOfLink(stage, fault);
    case 'listener killed': {
      const { listener } = links.second;
      await listener.kill();
      return () => listener.startAgain();
    }
    case 'disk filled':
      disk.fill(fault.leftBytes, fault.isGreedy);
      return () => disk.free();
    case 'folder gone':
      disk.vanish();
      return () => disk.comeBack();
    case 'settings':
      stage.reload(fault.change);
      return () => stage.reload();
    case 'sensor silent':
      source.change(undefined);
      return () => source.change(STEADY);
    case 'sensor in bursts':
      source.change({ ...STEADY, atOnce: fault.frames });
      return () => source.change(STEADY);
    case 'sensor fast':
      source.change({ ...STEADY, fps: fault.fps });
      return () => source.change(STEADY);
  }
}

async function beginOfRedis(
  { parts: { redis, client } }: SoakStage,
  kind: 'redis stopped' | 'redis killed' | 'stream deleted',
): Promise<Undo> {
  switch (kind) {
    case 'redis stopped':
      redis.signal('SIGSTOP');
      return () => redis.signal('SIGCONT');
    case 'redis killed':
      await redis.stop();
      return () => redis.startAgain();
    case 'stream deleted':
      await client.del(STREAM);
      return NOTHING_TO_UNDO;
  }
}

function beginOfLink(
  { parts: { links } }: SoakStage,
  fault: Extract<Fault, { readonly kind: 'link black-holed' | 'link narrowed' | 'link lossy' }>,
): Undo {
  const { proxy } = links[fault.link];
  switch (fault.kind) {
    case 'link black-holed':
      proxy.isForwarding = false;
      return () => {
        proxy.isForwarding = true;
      };
    case 'link narrowed':
      proxy.toServer.impair({ bitsPerS: fault.bitsPerS });
      return () => proxy.toServer.impair({});
    case 'link lossy': {
      const { lossShare, delayMs } = fault;
      for (const way of [proxy.toServer, proxy.toCaller]) way.impair({ lossShare, delayMs });
      return () => {
        for (const way of [proxy.toServer, proxy.toCaller]) way.impair({});
      };
    }
  }
}

function ffmpegs({ parts: { program } }: SoakStage): number[] {
  return childrenOf(program.pid);
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself: killed by the program since it stood still, say.
    }
  }
}
