import type { Loss } from '../base/counts.ts';
import type { WrongEntry } from '../base/stream-entry.ts';
import type { RedisConfig } from '../config/config.ts';
import type { SocketAddress } from '../os/socket.ts';
import type { RestartedTick } from '../pacing/tick-schedule.ts';
import type { RedisLogin } from '../redis/frame-buffer-login.ts';
import type { StreamShape } from '../redis/stream-connection.ts';
import type { TransportReport } from './frame-transport.ts';
import type { MailboxParts } from './mailbox.ts';
import type { MoverSettings } from './frame-mover.ts';

/** What the Worker is started with, as an ordinary message; all later ones come through the mailbox. */
export interface WorkerStart {
  readonly settings: MoverSettings;
  readonly redis: RedisConfig;
  /** How Redis is named in messages. */
  readonly redisName: string;
  readonly shape: StreamShape;
  readonly mailbox: MailboxParts;
}

/** What the Worker can be asked to do; each is answered once, by `id`. */
export type Request =
  | { readonly name: 'awaitFrame' | 'writeFirst' | 'pump' | 'report' }
  /** Takes over the write end of a pipe. */
  | { readonly name: 'openInput'; readonly fd: number }
  | { readonly name: 'endInput' }
  | { readonly name: 'countLoss'; readonly loss: Loss };

/** What a connection needs that the settings do not say, and that may be another for the next one. */
export interface WayToRedis {
  readonly addresses: readonly SocketAddress[];
  readonly login?: RedisLogin;
}

/** Into the Worker, as JSON through the mailbox. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly request: Request }
  | { readonly kind: 'abort'; readonly id: number }
  /** The answer to `resolve`. */
  | { readonly kind: 'way'; readonly way: WayToRedis }
  | { readonly kind: 'quit' };

/** What a call came to. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: TransportReport | 'idle' | 'stopped' | undefined }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'encoder-error'; readonly message: string; readonly isStall: boolean }
  /** A fault of the program. */
  | { readonly kind: 'fault'; readonly message: string };

/** Out of the Worker, as ordinary messages. */
export type FromWorker =
  | { readonly kind: 'taken' }
  /** The answer to `quit`: its descriptors are closed. */
  | { readonly kind: 'left' }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome }
  /** The Worker cannot look up names: it asks for the way to Redis. */
  | { readonly kind: 'resolve' }
  | { readonly kind: 'lost'; readonly message: string }
  | { readonly kind: 'connected' }
  | { readonly kind: 'stream-restarted' }
  | { readonly kind: 'wrong-entry'; readonly entry: WrongEntry }
  | { readonly kind: 'schedule-restarted'; readonly tick: RestartedTick };
