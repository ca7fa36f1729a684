import { startBuilder } from '../support/builder.ts';
import type { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { HostileRedis, type Fault } from './hostile-redis.ts';

export const FRAMES_PER_SECOND = 24;

/** The program beside a server that is none of the best. */
export interface Run extends AsyncDisposable {
  readonly server: HostileRedis;
  readonly builder: Child;
  readonly path: string;
}

/** The program, reading from a server that commits this fault after a second, or several every quarter of one. */
export async function startWith(fault: Fault, settings: Readonly<Record<string, string>> = {}): Promise<Run> {
  const stack = new AsyncDisposableStack();
  const answers = fault.kind === 'raw' ? FRAMES_PER_SECOND / 4 : FRAMES_PER_SECOND;
  const server = stack.use(await HostileRedis.start(fault, answers));
  const path = stack.use(new Folder()).file('video.ts');
  const builder = stack.use(
    startBuilder({
      PORT: `${server.port}`,
      DESTINATION: path,
      STATS_INTERVAL: '1',
      IDLE_TIMEOUT: '0',
      ...settings,
    }),
  );
  return { server, builder, path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What one figure of the report lines adds up to. */
export function total(builder: Child, figure: string): number {
  const figures = builder.text.matchAll(new RegExp(`${figure} (\\d+)`, 'g'));
  return Array.from(figures).reduce((sum, [, value]) => sum + Number(value), 0);
}
