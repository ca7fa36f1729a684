import { systemClock } from '../base/clock.ts';
import type { Destination, SrtSettings } from '../config/config.ts';
import type { Libsrt } from '../os/libsrt.ts';
import { LINK_SETTLE_MS } from '../outputs/carrier.ts';
import { carrierFinding, listenerFinding } from './check-carrier.ts';
import { fileTrialFinding } from './check-file.ts';
import { tcpFinding, tcpPlace } from './check-tcp.ts';
import type { Writer } from './check-writer.ts';
import { good, type Finding } from './finding.ts';

/** What the trial of a destination needs of its surroundings. */
export interface TrialParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The trial is given up. */
  readonly stop: AbortSignal;
}

/**
 * Does what a start would do with the destination: opens it, sends nothing, closes it again, and says what came of it. An
 * SRT server sees a publisher come and go. Rejects with the reason of `stop` alone.
 */
export function connectFinding(
  destination: Destination,
  writer: Writer,
  { env, stop }: TrialParts,
): Promise<Finding> {
  const { url, display } = destination;
  switch (destination.kind) {
    case 'file':
      return Promise.resolve(fileTrialFinding(url.replace(/^file:/, ''), display));
    case 'udp':
      return udpFinding(destination, stop);
    case 'srt':
      return writer.kind === 'libsrt'
        ? srtFinding(writer.libsrt, destination.srt, display, stop)
        : Promise.resolve(onlyAStartTells(display));
    case 'url': {
      const place = tcpPlace(url, env);
      return place ? tcpFinding(place, display) : Promise.resolve(onlyAStartTells(display));
    }
  }
}

async function srtFinding(
  libsrt: Libsrt,
  settings: SrtSettings,
  display: string,
  stop: AbortSignal,
): Promise<Finding> {
  const parts = { libsrt, settings, clock: systemClock };
  if (settings.mode === 'listener') {
    const { srtListener } = await import('../outputs/srt-listener.ts');
    return listenerFinding(srtListener(parts), display, stop);
  }
  const { srtCaller } = await import('../outputs/srt-caller.ts');
  const { closedAtOnce } = await import('../outputs/srt-reject.ts');
  return carrierFinding({
    open: srtCaller(parts),
    display,
    // As long as the service waits until it calls a link good.
    holdMs: LINK_SETTLE_MS,
    brokenInWords: closedAtOnce,
    clock: systemClock,
    stop,
  });
}

/** Whether anybody receives it cannot be seen: nothing comes back. */
async function udpFinding(
  { udp, display }: Destination & { readonly kind: 'udp' },
  stop: AbortSignal,
): Promise<Finding> {
  const { udpOutput } = await import('../outputs/udp-output.ts');
  return carrierFinding({
    open: udpOutput({ settings: udp, clock: systemClock }),
    display,
    holdMs: 0,
    brokenInWords: (failure) => failure,
    clock: systemClock,
    stop,
  });
}

function onlyAStartTells(display: string): Finding {
  return good(`only a start can tell whether ${display} can be opened: ffmpeg opens it itself`);
}
