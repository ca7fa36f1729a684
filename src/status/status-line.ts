import type { Ages, FrameCounts } from '../base/counts.ts';
import type { ServiceState } from '../service/run-service.ts';

/** What the last few seconds of a stream were like. */
export interface RecentFrames {
  readonly seconds: number;
  readonly before: FrameCounts;
  readonly after: FrameCounts;
  readonly ages: Ages;
}

/** The line for `systemctl status`: what the service does now. */
export function statusLine(
  state: ServiceState,
  names: { readonly stream: string; readonly destination: string },
  recent: RecentFrames | undefined,
): string {
  switch (state.kind) {
    case 'waiting':
      return `waiting for frames on ${names.stream}`;
    case 'starting':
      return `opening ${names.destination}`;
    case 'closing':
      return `closing the stream to ${names.destination}`;
    case 'failed':
      return `retrying in ${(state.retryMs / 1000).toFixed(1)} s: ${state.reason}`;
    case 'streaming':
      return recent === undefined
        ? `streaming to ${names.destination}`
        : streamingLine(names.destination, recent);
  }
}

function streamingLine(destination: string, { seconds, before, after, ages }: RecentFrames): string {
  const fps = ((after.output - before.output) / seconds).toFixed(1);
  const lag = ages.count === 0 ? '' : `, lag ${(ages.sumMs / ages.count).toFixed(0)} ms`;
  return `streaming ${fps} fps to ${destination}, ${after.dup - before.dup} dup${lag}`;
}
