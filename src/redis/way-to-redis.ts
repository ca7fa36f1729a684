import type { Failure } from '../base/failure.ts';
import type { SocketAddress } from '../os/socket.ts';
import type { RedisLogin } from './frame-buffer-login.ts';

/** What a connection needs that the settings do not say, and that may be another for the next one. */
export type WayToRedis = (
  | { readonly kind: 'addresses'; readonly addresses: readonly SocketAddress[] }
  /** Something that is connected already. Whoever takes the way closes it. */
  | { readonly kind: 'socket'; readonly fd: number }
  | { readonly kind: 'failed'; readonly failure: Failure }
) & {
  /** Instead of what the settings say. */
  readonly login?: RedisLogin;
};
