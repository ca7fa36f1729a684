import type { Loss } from '../base/counts.ts';
import type { MoverEvent, SourceEvent } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { LevelsSettings, PacingSettings, SourceSettings } from '../config/config.ts';
import type { WayToRedis } from '../redis/way-to-redis.ts';
import type { MailboxParts } from './mailbox.ts';

/** What of the settings decides how frames move. */
export interface MoverSettings {
  readonly source: SourceSettings;
  readonly pacing: PacingSettings;
  readonly levels: LevelsSettings;
  readonly format: FrameFormat;
}

/** What the thread is started with, as an ordinary message; all later ones come through the mailbox. */
export interface MoverStart {
  readonly mailbox: MailboxParts;
}

/** What the thread can be asked to do; each is answered once, by its id. */
export type Request =
  | { readonly name: 'awaitFrame' | 'pump' | 'endInput' | 'switchInput' | 'dropPrepared' }
  | { readonly name: 'configure'; readonly settings: MoverSettings }
  /** Takes over the write end of a pipe, and puts the frame into it that was waited for. */
  | { readonly name: 'openInput'; readonly fd: number }
  /** Takes over the write end of a pipe into an ffmpeg that is to go on, and puts a copy of the last picture into it. */
  | { readonly name: 'prepareInput'; readonly fd: number }
  | { readonly name: 'countLoss'; readonly loss: Loss; readonly input: LossInput };

/** Into which ffmpeg frames were put that are lost: the present one, or the one before the last switch. */
export type LossInput = 'present' | 'before';

/** What a call gives: how a pump has ended, or how many frames the input had before a switch. */
export type Value = 'idle' | 'stopped' | number | undefined;

/** Into the thread, through the mailbox. */
export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly request: Request }
  | { readonly kind: 'abort'; readonly id: number }
  /** The answer to the `find-way` with this id. */
  | { readonly kind: 'way'; readonly id: number; readonly way: WayToRedis }
  | { readonly kind: 'quit' };

/** What a call came to. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'encoder-error'; readonly failure: Failure }
  /** A fault of the program. */
  | { readonly kind: 'fault'; readonly message: string };

/** Out of the thread, as ordinary messages. */
export type FromThread =
  | { readonly kind: 'taken' }
  /** The answer to `quit`: its descriptors are closed. */
  | { readonly kind: 'left' }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome }
  /** The thread can neither look up names nor speak TLS: it asks for the way to Redis. */
  | { readonly kind: 'find-way'; readonly id: number; readonly source: SourceSettings }
  | { readonly kind: 'event'; readonly event: SourceEvent | MoverEvent };
