import { Redis } from 'ioredis';

const RECONNECT_MS = 100;

/**
 * The connection of a sensor's software: it comes back by itself, and what it could not write is gone.
 * @param options `commandTimeout`: milliseconds after which an answer is not waited for any more
 */
export function sensorConnection(port: number, options: { readonly commandTimeout?: number } = {}): Redis {
  const redis = new Redis(port, '127.0.0.1', {
    protocol: 2,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => RECONNECT_MS,
    ...options,
  });
  redis.on('error', () => {});
  return redis;
}
