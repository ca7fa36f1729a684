import type { Clock } from '../base/clock.ts';
import type { Emit } from '../base/event.ts';
import type { Destination, SrtSettings } from '../config/config.ts';
import { LINK_SETTLE_MS } from '../outputs/carrier.ts';
import { fileOutput } from '../outputs/file-output.ts';
import { ListeningOutput } from '../outputs/listening-output.ts';
import type { OutputAccount } from '../outputs/output-account.ts';
import type { Output } from '../outputs/output.ts';
import { ReconnectingOutput } from '../outputs/reconnecting-output.ts';
import { srtCaller } from '../outputs/srt-caller.ts';
import { srtListener } from '../outputs/srt-listener.ts';
import { closedAtOnce } from '../outputs/srt-reject.ts';
import { udpOutput } from '../outputs/udp-output.ts';
import type { LibsrtFinder } from './libsrt-finder.ts';

interface OutputToParts {
  /** The destination in the form that may be shown. */
  readonly name: string;
  /** Of earlier outputs of that name. */
  readonly account: OutputAccount;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly libsrt: LibsrtFinder;
  /** Spreads the waits. */
  readonly random: () => number;
}

/** The output to one destination, which has to be of a kind that this program can write. */
export function outputTo(destination: Destination, parts: OutputToParts): Output {
  const { clock, emit, name } = parts;
  switch (destination.kind) {
    case 'file': {
      const onPlace = (shown: string) => emit({ kind: 'output', output: name, shown });
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
    case 'srt':
      return srtOutput(destination.srt, parts);
    case 'url':
      throw new Error(`the output to ${destination.display} is not ours`);
  }
}

/** Without libsrt it fails, and goes on once that is there. */
function srtOutput(settings: SrtSettings, parts: OutputToParts): Output {
  const { clock } = parts;
  const srt = () => ({ libsrt: parts.libsrt.require(), settings, clock });
  if (settings.mode === 'listener') {
    return new ListeningOutput({
      ...parts,
      settleMs: LINK_SETTLE_MS,
      listen: async (signal) => srtListener(srt())(signal),
    });
  }
  return new ReconnectingOutput({
    ...parts,
    settleMs: LINK_SETTLE_MS,
    open: async (signal) => srtCaller(srt())(signal),
    closedAtOnce,
  });
}
