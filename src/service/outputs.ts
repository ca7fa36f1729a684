import type { Clock } from '../base/clock.ts';
import type { Emit } from '../base/event.ts';
import type { Destination } from '../config/config.ts';
import { Timeline } from '../mpegts/timeline.ts';
import { loadLibsrt, type LoadedLibsrt } from '../os/libsrt.ts';
import { LINK_SETTLE_MS } from '../outputs/carrier.ts';
import { fileOutput } from '../outputs/file-output.ts';
import { Hub } from '../outputs/hub.ts';
import { ListeningOutput } from '../outputs/listening-output.ts';
import { OutputAccount } from '../outputs/output-account.ts';
import type { Output } from '../outputs/output.ts';
import { ReconnectingOutput } from '../outputs/reconnecting-output.ts';
import { srtCaller } from '../outputs/srt-caller.ts';
import { srtListener } from '../outputs/srt-listener.ts';
import { closedAtOnce } from '../outputs/srt-reject.ts';
import { udpOutput } from '../outputs/udp-output.ts';
import type { VideoHub } from './encoder-run.ts';

/** What carries the video of one session after the other. */
export interface Outputs {
  /** Whether the video for this destination comes to us; otherwise ffmpeg opens it itself. */
  areOurs(destination: Destination): boolean;
  /** The warning where it could be ours and is not, for want of a library; undefined elsewhere. */
  whyNotOurs(destination: Destination): string | undefined;
  /** Opens what is ours for one session; whoever calls closes it. */
  open(destination: Destination): VideoHub;
}

interface OutputsParts {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Spreads the waits. */
  readonly random: () => number;
}

/** The outputs of a service: time in their streams, and what they have counted, goes on from session to session. */
export function createOutputs(parts: OutputsParts): Outputs {
  const timeline = new Timeline();
  let last: { readonly name: string; readonly account: OutputAccount } | undefined;
  let loaded: LoadedLibsrt | undefined;
  const libsrtFor = (destination: Destination) =>
    destination.kind === 'srt' && destination.srt.mode !== 'rendezvous'
      ? (loaded ??= loadLibsrt())
      : undefined;
  return {
    areOurs: (destination) =>
      destination.kind === 'file' || destination.kind === 'udp' || libsrtFor(destination)?.kind === 'loaded',
    whyNotOurs(destination) {
      const library = libsrtFor(destination);
      if (!library || library.kind === 'loaded') return undefined;
      return `${library.reason}; until then ffmpeg sends the video itself, and each ffmpeg has a connection of its own`;
    },
    open(destination) {
      const { display: name } = destination;
      if (last?.name !== name) last = { name, account: new OutputAccount() };
      const output = outputTo(destination, { ...parts, ...last }, libsrtFor(destination));
      return new Hub({ ...parts, timeline }, [output]);
    },
  };
}

interface OutputParts extends OutputsParts {
  readonly name: string;
  readonly account: OutputAccount;
}

/** Only for one that is ours. */
function outputTo(destination: Destination, parts: OutputParts, library?: LoadedLibsrt): Output {
  const { clock, emit } = parts;
  switch (destination.kind) {
    case 'file': {
      const onPlace = (shown: string) => emit({ kind: 'output', shown });
      return new ReconnectingOutput({
        ...parts,
        settleMs: 0,
        open: fileOutput({ destination, clock, onPlace }),
      });
    }
    case 'udp':
      return new ReconnectingOutput({
        ...parts,
        settleMs: 0,
        open: udpOutput({ settings: destination.udp, clock }),
      });
    case 'srt': {
      if (library?.kind !== 'loaded') break;
      const srt = { libsrt: library.libsrt, settings: destination.srt, clock };
      if (destination.srt.mode === 'listener') {
        return new ListeningOutput({ ...parts, settleMs: LINK_SETTLE_MS, listen: srtListener(srt) });
      }
      return new ReconnectingOutput({
        ...parts,
        settleMs: LINK_SETTLE_MS,
        open: srtCaller(srt),
        closedAtOnce,
      });
    }
    case 'url':
  }
  throw new Error(`the output to ${destination.display} is not ours`);
}
